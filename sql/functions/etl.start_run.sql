CREATE OR REPLACE FUNCTION etl.start_run(p_source text, p_options jsonb DEFAULT '{}')
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $start_run$
-- The caller has locked the source (etl.lock_source), so if another run of it is still marked running, its driver died.
DECLARE
    v_options record;
    v_load_run_id bigint;
BEGIN
    SELECT o.* INTO v_options FROM etl.read_options(p_source, p_options) AS o;

    UPDATE etl.load_runs AS r
    SET status = 'failed',
        finished_at = clock_timestamp(),
        notes = concat_ws('; ', r.notes, 'its driver died')
    WHERE r.source = p_source AND r.status = 'running' AND r.trigger <> 'psql';

    INSERT INTO etl.load_runs (source, status, mode, trigger, requested_by, parameters, notes, started_at)
    VALUES (
        p_source, 'running', v_options.mode, 'driver', session_user, coalesce(p_options, '{}'), v_options.note,
        clock_timestamp()
    )
    RETURNING load_run_id INTO v_load_run_id;
    RETURN v_load_run_id;
END;
$start_run$;
COMMENT ON FUNCTION etl.start_run(text, jsonb) IS
    'Opens a run, records its options, and closes the runs of the source whose driver died. Returns load_run_id. RC003: unknown source; RC006: unknown extract; RC009: unknown option, or a value that is not valid.';
