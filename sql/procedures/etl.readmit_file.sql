CREATE OR REPLACE PROCEDURE etl.readmit_file(p_load_run_file_id bigint, p_reason text)
LANGUAGE plpgsql
AS $readmit_file$
-- Back to where it was: a file with rows in raw is processed again, one without waits to be landed.
DECLARE
    v_run_id bigint;
BEGIN
    CALL etl.refuse_transaction_block('etl.readmit_file');
    v_run_id := etl.reopen_file(p_load_run_file_id, p_reason, 'excluded');
    COMMIT;
    IF v_run_id IS NOT NULL THEN
        CALL etl.process_landed(v_run_id);
        PERFORM etl.finish_run(v_run_id);
    END IF;
END;
$readmit_file$;
COMMENT ON PROCEDURE etl.readmit_file(bigint, text) IS
    'Lets an excluded file count again, with a reason. RC002: called in a transaction block; RC008: the file is not excluded.';
