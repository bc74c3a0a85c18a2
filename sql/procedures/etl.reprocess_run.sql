CREATE OR REPLACE PROCEDURE etl.reprocess_run(p_load_run_id bigint)
LANGUAGE plpgsql
AS $reprocess_run$
BEGIN
    CALL etl.refuse_transaction_block('etl.reprocess_run');
    CALL etl.process_planned(
        etl.plan_reprocess(etl.files_of_run(p_load_run_id), pg_catalog.format('run %s', p_load_run_id))
    );
END;
$reprocess_run$;
COMMENT ON PROCEDURE etl.reprocess_run(bigint) IS
    'Processes the files that a run landed again from raw, by today''s rules and without S3. RC002: called in a transaction block; RC007: no file can be reprocessed.';
