CREATE OR REPLACE FUNCTION etl.plan_run(p_load_run_id bigint)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $plan_run$
DECLARE
    v_run etl.load_runs;
    v_is_forced boolean;
    v_files bigint;
BEGIN
    SELECT r.* INTO v_run FROM etl.load_runs AS r WHERE r.load_run_id = p_load_run_id;
    IF NOT FOUND THEN
        CALL etl.raise_unknown_run(p_load_run_id);
    END IF;
    SELECT o.is_forced INTO v_is_forced FROM etl.read_options(v_run.source, v_run.parameters) AS o;

    INSERT INTO etl.load_run_plan (load_run_id, ordinal, load_run_file_id, action, is_forced, reason)
    SELECT
        p_load_run_id,
        p.ordinal,
        p.load_run_file_id,
        p.action,
        p.action = 'land' AND p.status = 'failed' AND v_is_forced,
        p.reason
    FROM etl.plan_files(v_run.source, v_run.parameters) AS p
    WHERE p.action IN ('land', 'process');
    GET DIAGNOSTICS v_files = ROW_COUNT;

    -- What a run is told about its files holds for them even if another run processes them.
    UPDATE etl.load_run_files AS f
    SET told = f.told || jsonb_strip_nulls(jsonb_build_object(
            'kind', v_run.parameters -> 'kind',
            'overrides', nullif(v_run.parameters -> 'overrides', '{}')
        )),
        is_mirror = CASE WHEN f.is_counting THEN f.is_mirror END
    FROM etl.load_run_plan AS p
    WHERE p.load_run_id = p_load_run_id AND f.load_run_file_id = p.load_run_file_id
        AND v_run.parameters ?| ARRAY['kind', 'overrides'];

    -- A failed file becomes landed if its rows are in raw, else pending.
    UPDATE etl.load_run_files AS f
    SET status = CASE p.action WHEN 'land' THEN 'pending' ELSE 'landed' END,
        status_reason = NULL
    FROM etl.load_run_plan AS p
    WHERE p.load_run_id = p_load_run_id
        AND f.load_run_file_id = p.load_run_file_id
        AND f.status = 'failed';
    RETURN v_files;
END;
$plan_run$;
COMMENT ON FUNCTION etl.plan_run(bigint) IS
    'Writes the plan of a run: the files that etl.plan_files chooses with the options of the run. Returns their number. RC001: unknown run.';
