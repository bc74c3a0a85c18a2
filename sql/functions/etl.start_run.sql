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
    v_unknown text;
BEGIN
    IF NOT EXISTS (SELECT FROM etl.sources AS s WHERE s.source = p_source) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC003',
            MESSAGE = format('there is no source %s', p_source),
            HINT = 'SELECT source FROM etl.sources lists the sources that have been migrated.';
    END IF;

    SELECT min(format('%s=%s', o.key, o.value)) INTO v_unknown
    FROM jsonb_each_text(coalesce(p_parameters -> 'overrides', '{}')) AS o
    WHERE
        CASE
            WHEN o.key IN ('reject_rate', 'mirror_close_share') AND pg_input_is_valid(o.value, 'numeric')
                THEN o.value::numeric NOT BETWEEN 0 AND 1
            WHEN o.key = 'mirror' THEN NOT pg_input_is_valid(o.value, 'boolean')
            ELSE true
        END;
    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC009',
            MESSAGE = format('%s sets nothing that a run can set', v_unknown),
            HINT = 'A run can set reject_rate and mirror_close_share, between 0 and 1, and mirror, true or false.';
    END IF;

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
    'Opens a run and closes those of the source whose driver went away. Returns load_run_id. RC003: unknown source; RC009: an override that is none.';
