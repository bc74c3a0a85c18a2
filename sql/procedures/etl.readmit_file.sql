CREATE OR REPLACE PROCEDURE etl.readmit_file(p_load_run_file_id bigint, p_reason text)
LANGUAGE plpgsql
AS $readmit_file$
-- A file with rows in raw is processed again; a file without rows in raw becomes pending and waits for the next run.
BEGIN
    CALL etl.refuse_transaction_block('etl.readmit_file');
    CALL etl.process_planned(etl.reopen_file(p_load_run_file_id, p_reason, 'excluded'));
END;
$readmit_file$;
COMMENT ON PROCEDURE etl.readmit_file(bigint, text) IS
    'Lets an excluded file count again, with a reason. RC002: called in a transaction block; RC008: the file is not excluded.';
