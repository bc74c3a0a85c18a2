CREATE OR REPLACE FUNCTION etl.run_exists(p_load_run_id bigint)
RETURNS boolean
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $run_exists$
SELECT EXISTS (SELECT FROM etl.load_runs AS r WHERE r.load_run_id = p_load_run_id);
$run_exists$;
COMMENT ON FUNCTION etl.run_exists(bigint) IS 'Whether the run exists.';
