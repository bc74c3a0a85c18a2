CREATE OR REPLACE PROCEDURE etl.reprocess_file(p_load_run_file_id bigint)
LANGUAGE plpgsql
AS $reprocess_file$
BEGIN
    CALL etl.refuse_transaction_block('etl.reprocess_file');
    CALL etl.process_planned(
        etl.plan_reprocess(ARRAY[p_load_run_file_id], pg_catalog.format('file %s', p_load_run_file_id))
    );
END;
$reprocess_file$;
COMMENT ON PROCEDURE etl.reprocess_file(bigint) IS
    'Processes a file again from raw, by today''s rules and without S3. RC002: called in a transaction block; RC007: the file cannot be reprocessed.';
