CREATE OR REPLACE PROCEDURE etl.process_planned(p_load_run_id bigint)
LANGUAGE plpgsql
AS $process_planned$
-- The decision or request that opened the run is committed before the work starts, so it is kept even if the work
-- fails.
BEGIN
    COMMIT;
    IF p_load_run_id IS NOT NULL THEN
        CALL etl.process_landed(p_load_run_id);
        PERFORM etl.finish_run(p_load_run_id);
    END IF;
END;
$process_planned$;
COMMENT ON PROCEDURE etl.process_planned(bigint) IS
    'Commits, then processes the landed files of a new run and closes the run. NULL: there is no run to process.';
