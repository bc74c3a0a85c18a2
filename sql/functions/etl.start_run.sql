CREATE OR REPLACE FUNCTION etl.start_run(
    p_source text,
    p_mode text,
    p_parameters jsonb,
    p_note text,
    p_trigger text
)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $start_run$
-- The caller holds the source (etl.lock_source), so a run of it that still says running has lost its driver.
DECLARE
    v_load_run_id bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM etl.sources AS s WHERE s.source = p_source) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC003',
            MESSAGE = format('there is no source %s', p_source),
            HINT = 'SELECT source FROM etl.sources lists the sources that have been migrated.';
    END IF;

    PERFORM etl.check_parameters(p_source, p_parameters);

    UPDATE etl.load_runs AS r
    SET status = 'failed',
        finished_at = clock_timestamp(),
        notes = concat_ws('; ', r.notes, 'its driver went away')
    WHERE r.source = p_source AND r.status = 'running' AND r.trigger <> 'psql';

    INSERT INTO etl.load_runs (source, status, mode, trigger, requested_by, parameters, notes, started_at)
    VALUES (
        p_source, 'running', p_mode, p_trigger, session_user, coalesce(p_parameters, '{}'), p_note, clock_timestamp()
    )
    RETURNING load_run_id INTO v_load_run_id;
    RETURN v_load_run_id;
END;
$start_run$;
COMMENT ON FUNCTION etl.start_run(text, text, jsonb, text, text) IS
    'Opens a run and closes those of the source whose driver went away. Returns load_run_id. RC003: unknown source; RC006: unknown extract; RC009: an override that is none.';
