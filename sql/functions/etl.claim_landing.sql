CREATE OR REPLACE FUNCTION etl.claim_landing(p_file_attempt_id bigint)
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $claim_landing$
-- What makes the claim is the row lock, held to the end of the caller's transaction.
DECLARE
    v_file record;
BEGIN
    SELECT f.load_run_file_id, f.extract, e.raw_table INTO v_file
    FROM etl.load_run_files AS f
    JOIN etl.extracts AS e USING (extract)
    WHERE f.file_attempt_id = p_file_attempt_id AND f.status = 'loading' AND NOT f.is_counting
        AND f.load_run_file_id = (
            SELECT a.load_run_file_id FROM etl.file_attempts AS a WHERE a.file_attempt_id = p_file_attempt_id
        )
    FOR NO KEY UPDATE OF f SKIP LOCKED;
    IF NOT FOUND THEN
        UPDATE etl.file_attempts AS a
        SET finished_at = clock_timestamp(), outcome = 'lost'
        WHERE a.file_attempt_id = p_file_attempt_id AND a.finished_at IS NULL;
        RETURN false;
    END IF;

    -- Rows of an earlier landing exist only if --force lands a failed file again. A file that counts is not claimed.
    EXECUTE format('DELETE FROM %s WHERE load_run_file_id = $1', v_file.raw_table) USING v_file.load_run_file_id;
    EXECUTE format(
        'DELETE FROM etl.%I WHERE load_run_file_id = $1 AND stage = ''landing''', 'rejects_' || v_file.extract
    )
    USING v_file.load_run_file_id;
    RETURN true;
END;
$claim_landing$;
COMMENT ON FUNCTION etl.claim_landing(bigint) IS
    'Claims the file of an attempt until the transaction ends, and deletes the rows of an earlier landing. False: another worker has the file.';
