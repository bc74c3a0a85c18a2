CREATE OR REPLACE FUNCTION etl.interrupted_files(p_load_run_id bigint)
RETURNS TABLE (files bigint, sqlstate text)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $interrupted_files$
SELECT count(*), min(a.sqlstate)
FROM etl.load_run_plan AS p
JOIN etl.load_run_files AS f USING (load_run_file_id)
JOIN etl.file_attempts AS a USING (file_attempt_id)
WHERE p.load_run_id = p_load_run_id AND f.status = 'landed' AND a.action = 'process'
    AND a.outcome = 'failed' AND a.error_class = 'resource'
HAVING count(*) > 0;
$interrupted_files$;
COMMENT ON FUNCTION etl.interrupted_files(bigint) IS
    'Number of landed files of a run that could not be processed because the server lacked resources, and the SQLSTATE of one of them. No row: there are none.';
