CREATE OR REPLACE PROCEDURE etl.release_file(p_load_run_file_id bigint, p_reason text)
LANGUAGE plpgsql
AS $release_file$
-- The decision stays with the file, so a reprocess does not hold it again.
DECLARE
    v_run_id bigint;
BEGIN
    CALL etl.refuse_transaction_block('etl.release_file');
    v_run_id := etl.reopen_file(p_load_run_file_id, p_reason, 'held');
    COMMIT;
    IF v_run_id IS NOT NULL THEN
        CALL etl.process_landed(v_run_id);
        PERFORM etl.finish_run(v_run_id);
    END IF;
END;
$release_file$;
COMMENT ON PROCEDURE etl.release_file(bigint, text) IS
    'Processes a held file in spite of what held it, with a reason. RC002: called in a transaction block; RC008: the file is not held.';
