CREATE OR REPLACE FUNCTION etl.plan_run(
    p_load_run_id bigint,
    p_mode text,
    p_from timestamp,
    p_to timestamp,
    p_batch timestamp,
    p_extracts text[],
    p_prefix text,
    p_force boolean,
    p_bucket text DEFAULT NULL,
    p_overrides jsonb DEFAULT '{}'
)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $plan_run$
DECLARE
    v_source text;
    v_files bigint;
BEGIN
    SELECT r.source INTO v_source FROM etl.load_runs AS r WHERE r.load_run_id = p_load_run_id;
    IF NOT FOUND THEN
        CALL etl.raise_unknown_run(p_load_run_id);
    END IF;

    INSERT INTO etl.load_run_plan (load_run_id, ordinal, load_run_file_id, action, is_forced, reason)
    SELECT
        p_load_run_id,
        p.ordinal,
        p.load_run_file_id,
        p.action,
        p.action = 'land' AND p.status IN ('processed', 'failed') AND p_force,
        p.reason
    FROM etl.plan_files(
        v_source, p_mode, p_from, p_to, p_batch, p_extracts, p_prefix, p_force, p_bucket, p_overrides
    ) AS p
    WHERE p.action IN ('land', 'process');
    GET DIAGNOSTICS v_files = ROW_COUNT;

    -- What failed before starts over where its bytes are; a forced file waits to be landed again but goes on counting.
    UPDATE etl.load_run_files AS f
    SET status = CASE p.action WHEN 'land' THEN 'pending' ELSE 'landed' END,
        status_reason = NULL
    FROM etl.load_run_plan AS p
    WHERE p.load_run_id = p_load_run_id
        AND f.load_run_file_id = p.load_run_file_id
        AND f.status IN ('failed', 'processed');
    RETURN v_files;
END;
$plan_run$;
COMMENT ON FUNCTION etl.plan_run(bigint, text, timestamp, timestamp, timestamp, text[], text, boolean, text, jsonb) IS
    'Writes the plan of a run from etl.plan_files with the same options; returns its number of files. RC001: unknown run.';
