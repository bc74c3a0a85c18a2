CREATE OR REPLACE FUNCTION etl.files_of_run(p_load_run_id bigint)
RETURNS bigint[]
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $files_of_run$
SELECT array_agg(f.load_run_file_id)
FROM etl.load_run_files AS f
WHERE f.load_run_id = p_load_run_id;
$files_of_run$;
COMMENT ON FUNCTION etl.files_of_run(bigint) IS 'The files that a run landed.';
