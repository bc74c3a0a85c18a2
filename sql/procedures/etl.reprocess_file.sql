CREATE OR REPLACE PROCEDURE etl.reprocess_file(p_load_run_file_id bigint)
LANGUAGE plpgsql
AS $reprocess_file$
DECLARE
    v_run_id bigint;
BEGIN
    CALL etl.refuse_transaction_block('etl.reprocess_file');
    v_run_id := etl.plan_reprocess(
        ARRAY[p_load_run_file_id],
        pg_catalog.format('file %s', p_load_run_file_id)
    );
    COMMIT;
    CALL etl.process_landed(v_run_id);
    PERFORM etl.finish_run(v_run_id);
END;
$reprocess_file$;
COMMENT ON PROCEDURE etl.reprocess_file(bigint) IS
    'Derives stg and core again from the raw rows of a file, by today''s rules, without S3. RC002: called in a transaction block; RC007: not possible.';
