CREATE OR REPLACE PROCEDURE etl.raise_unknown_run(p_load_run_id bigint)
LANGUAGE plpgsql
AS $raise_unknown_run$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'RC001',
        MESSAGE = format('there is no run %s', p_load_run_id),
        HINT = 'SELECT load_run_id, status, started_at FROM etl.load_runs ORDER BY load_run_id DESC lists the runs.';
END;
$raise_unknown_run$;
COMMENT ON PROCEDURE etl.raise_unknown_run(bigint) IS 'Raises RC001.';
