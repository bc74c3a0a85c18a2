CREATE OR REPLACE FUNCTION etl.open_files(p_load_run_id bigint)
RETURNS TABLE (file bigint, "extract" text, s3_key text, status text, error_class text, problem text)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $open_files$
BEGIN
    RETURN QUERY
    SELECT f.load_run_file_id, f.extract, f.s3_key, f.status, f.error_class, f.problem
    FROM etl.run_files AS f
    WHERE f.load_run_id = p_load_run_id
        AND f.status NOT IN ('processed', 'skipped', 'superseded', 'excluded')
    ORDER BY f.load_run_file_id;
END;
$open_files$;
COMMENT ON FUNCTION etl.open_files(bigint) IS 'The files of a run that are not done, and why.';
