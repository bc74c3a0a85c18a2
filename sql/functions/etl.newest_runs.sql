CREATE OR REPLACE FUNCTION etl.newest_runs(p_source text)
RETURNS TABLE (
    load_run_id bigint,
    mode text,
    status text,
    requested_by text,
    started_at timestamptz,
    finished_at timestamptz,
    notes text
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $newest_runs$
SELECT
    r.load_run_id,
    r.mode,
    r.status,
    r.requested_by,
    r.started_at,
    r.finished_at,
    r.notes
FROM etl.load_runs AS r
WHERE r.source = p_source
ORDER BY r.load_run_id DESC
LIMIT 10;
$newest_runs$;
COMMENT ON FUNCTION etl.newest_runs(text) IS 'The ten newest runs of a source.';
