CREATE OR REPLACE FUNCTION etl.take_file(p_file_attempt_id bigint)
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $take_file$
-- The lock of the extract covers all reads and writes of this file until the transaction ends. A session that looks for
-- a file in etl.next_file can hold it for a moment.
DECLARE
    v_file etl.load_run_files;
BEGIN
    SELECT f.* INTO v_file
    FROM etl.file_attempts AS a
    JOIN etl.load_run_files AS f USING (load_run_file_id)
    WHERE a.file_attempt_id = p_file_attempt_id;
    CALL etl.hold_extract(v_file.extract);

    IF EXISTS (
        SELECT FROM etl.load_run_files AS f
        WHERE f.load_run_file_id = v_file.load_run_file_id
            AND f.file_attempt_id = p_file_attempt_id
            AND f.status = 'processing'
    ) THEN
        RETURN true;
    END IF;
    UPDATE etl.file_attempts AS a
    SET finished_at = clock_timestamp(), outcome = 'lost'
    WHERE a.file_attempt_id = p_file_attempt_id AND a.finished_at IS NULL;
    RETURN false;
END;
$take_file$;
COMMENT ON FUNCTION etl.take_file(bigint) IS
    'Locks the extract of an attempt''s file until the transaction ends. Returns whether the file still belongs to this attempt; false: another worker took it, and the attempt is lost.';
