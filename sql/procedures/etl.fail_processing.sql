CREATE OR REPLACE PROCEDURE etl.fail_processing(p_file_attempt_id bigint, p_sqlstate text, p_object text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $fail_processing$
-- After a fault of the environment the file is landed again, for a retry; after a fault of its content it is failed.
-- Only SQLSTATE and table name are recorded, because messages of data errors hold values.
DECLARE
    v_is_environment constant boolean :=
        left(p_sqlstate, 2) IN ('08', '40', '53', '57', '58') OR p_sqlstate IN ('55P03', 'RC010');
    v_problem constant text := concat_ws(' ',
        CASE p_sqlstate
            WHEN 'RC010' THEN 'the pseudonym key is not set: CALL etl.set_pseudonym_key'
            WHEN 'RC013' THEN (
                SELECT format('extracted at %s, before the horizon of %s, %s', f.date_extracted, f.extract, h.horizon)
                FROM etl.load_run_files AS f
                JOIN etl.horizons AS h USING (extract)
                WHERE f.file_attempt_id = p_file_attempt_id
            )
            WHEN 'RC011' THEN 'the file counts already and would now fail or be held: see etl.dq_results'
            ELSE format('SQLSTATE %s', p_sqlstate)
        END,
        CASE WHEN p_object <> '' THEN format('in %s', p_object) END
    );
BEGIN
    UPDATE etl.load_run_files AS f
    SET status = CASE WHEN v_is_environment THEN 'landed' WHEN f.is_counting THEN 'processed' ELSE 'failed' END,
        status_reason = v_problem
    WHERE f.file_attempt_id = p_file_attempt_id AND f.status = 'processing';
    UPDATE etl.file_attempts AS a
    SET finished_at = clock_timestamp(),
        outcome = 'failed',
        sqlstate = p_sqlstate,
        error_class = CASE
            WHEN p_sqlstate = 'RC010' THEN 'permission'
            WHEN v_is_environment THEN 'resource'
            ELSE 'bad_content'
        END,
        is_retryable = v_is_environment,
        problem = v_problem
    WHERE a.file_attempt_id = p_file_attempt_id AND a.finished_at IS NULL;
END;
$fail_processing$;
COMMENT ON PROCEDURE etl.fail_processing(bigint, text, text) IS
    'Records that a file could not be processed. It becomes landed if a retry can help, else failed.';
