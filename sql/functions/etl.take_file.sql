CREATE OR REPLACE FUNCTION etl.take_file(p_file_attempt_id bigint)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $take_file$
-- The lock of the extract covers every read that decides and every write that follows, to the end of the transaction.
-- Somebody else may hold it for a moment, to look for a file.
DECLARE
    v_attempt etl.file_attempts;
    v_file_id bigint;
BEGIN
    SELECT * INTO v_attempt FROM etl.file_attempts AS a WHERE a.file_attempt_id = p_file_attempt_id;

    PERFORM
    FROM etl.locks AS l
    JOIN etl.load_run_files AS f USING (extract)
    WHERE f.load_run_file_id = v_attempt.load_run_file_id
    FOR UPDATE OF l;

    SELECT f.load_run_file_id INTO v_file_id
    FROM etl.load_run_files AS f
    WHERE f.load_run_file_id = v_attempt.load_run_file_id
        AND f.file_attempt_id = p_file_attempt_id
        AND f.status = 'processing';
    IF v_file_id IS NULL THEN
        UPDATE etl.file_attempts AS a
        SET finished_at = clock_timestamp(), outcome = 'lost'
        WHERE a.file_attempt_id = p_file_attempt_id AND a.finished_at IS NULL;
    END IF;
    RETURN v_attempt.load_run_file_id;
END;
$take_file$;
COMMENT ON FUNCTION etl.take_file(bigint) IS
    'Locks the extract of an attempt''s file to the end of the transaction and returns the file; the attempt is lost if another worker came first.';
