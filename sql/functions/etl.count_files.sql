CREATE OR REPLACE FUNCTION etl.count_files(p_source text)
RETURNS TABLE (status text, files bigint, bytes bigint, oldest_batch timestamptz, newest_batch timestamptz)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $count_files$
SELECT
    f.status,
    count(*),
    sum(f.size_bytes)::bigint,
    min(f.date_extracted),
    max(f.date_extracted)
FROM etl.load_run_files AS f
WHERE f.source = p_source
GROUP BY f.status
ORDER BY f.status;
$count_files$;
COMMENT ON FUNCTION etl.count_files(text) IS 'Number of files of a source in each state, with their bytes and batches.';
