CREATE OR REPLACE PROCEDURE etl.process_batch(p_load_run_id bigint)
LANGUAGE plpgsql
AS $process_batch$
BEGIN
    CALL etl.refuse_transaction_block('etl.process_batch');
    IF NOT etl.run_exists(p_load_run_id) THEN
        CALL etl.raise_unknown_run(p_load_run_id);
    END IF;
    CALL etl.process_landed(p_load_run_id);
END;
$process_batch$;
COMMENT ON PROCEDURE etl.process_batch(bigint) IS
    'Types, rejects, deduplicates and merges the landed files of a run, and commits after each file. Several sessions can call it at once. RC001: unknown run; RC002: called in a transaction block.';
