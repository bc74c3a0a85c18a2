CREATE OR REPLACE PROCEDURE etl.release_file(p_load_run_file_id bigint, p_reason text)
LANGUAGE plpgsql
AS $release_file$
-- The decision is kept with the file, so a reprocess does not hold it again.
BEGIN
    CALL etl.refuse_transaction_block('etl.release_file');
    CALL etl.process_planned(etl.reopen_file(p_load_run_file_id, p_reason, 'held'));
END;
$release_file$;
COMMENT ON PROCEDURE etl.release_file(bigint, text) IS
    'Processes a held file in spite of what held it, with a reason. RC002: called in a transaction block; RC008: the file is not held.';
