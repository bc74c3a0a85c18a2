CREATE OR REPLACE PROCEDURE etl.finish_processing(p_file_attempt_id bigint, p_verdict text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $finish_processing$
-- If a file that counts would now fail or be held, the error rolls back its new verdicts, and it stays as it was.
DECLARE
    v_file etl.load_run_files;
BEGIN
    SELECT f.* INTO v_file FROM etl.load_run_files AS f WHERE f.file_attempt_id = p_file_attempt_id;
    IF p_verdict <> 'counts' AND v_file.is_counting THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC011',
            MESSAGE = format('file %s counts already and would now be %s', v_file.load_run_file_id, p_verdict),
            HINT = 'The file stays as it was. See etl.dq_results; raise the threshold with --set, or exclude the file.';
    END IF;

    UPDATE etl.load_run_files AS f
    SET status = CASE
            WHEN p_verdict <> 'counts' THEN p_verdict
            WHEN f.is_counting THEN 'processed'
            ELSE 'superseded'
        END,
        status_reason = CASE p_verdict
            WHEN 'failed' THEN format(
                '%s of %s rows are rejected, more than %s %%: see etl.rejects_%s',
                f.rows_rejected, f.rows_read, round(f.reject_rate * 100, 2), f.extract
            )
            WHEN 'held' THEN CASE f.rows_read - f.rows_rejected_landing
                WHEN 0 THEN 'a mirror with no row that could be landed: see etl.rejects'
                ELSE 'a mirror that would close too many keys: see etl.dq_results'
            END
        END,
        rows_ingested = CASE WHEN p_verdict = 'counts' THEN f.rows_ingested END,
        processed_at = clock_timestamp()
    WHERE f.file_attempt_id = p_file_attempt_id;
    UPDATE etl.file_attempts AS a
    SET finished_at = clock_timestamp(),
        outcome = CASE p_verdict WHEN 'counts' THEN 'succeeded' ELSE p_verdict END,
        rows_read = v_file.rows_read,
        error_class = CASE p_verdict WHEN 'failed' THEN 'bad_content' END,
        is_retryable = CASE p_verdict WHEN 'failed' THEN false END
    WHERE a.file_attempt_id = p_file_attempt_id;
END;
$finish_processing$;
COMMENT ON PROCEDURE etl.finish_processing(bigint, text) IS
    'Closes an attempt to process a file with the verdict of etl.judge_file. RC011: the file counts already, and would now fail or be held.';
