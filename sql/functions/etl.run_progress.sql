CREATE OR REPLACE FUNCTION etl.run_progress(p_load_run_id bigint)
RETURNS TABLE (files_done bigint, files_failed bigint)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $run_progress$
SELECT
    count(*) FILTER (WHERE f.status NOT IN ('pending', 'loading', 'landed', 'processing')),
    count(*) FILTER (WHERE f.status = 'failed')
FROM etl.load_run_plan AS p
JOIN etl.load_run_files AS f USING (load_run_file_id)
WHERE p.load_run_id = p_load_run_id;
$run_progress$;
COMMENT ON FUNCTION etl.run_progress(bigint) IS 'Number of files of a run that are finished, and how many of them failed.';
