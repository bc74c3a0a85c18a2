CREATE OR REPLACE FUNCTION etl.held_files(p_source text, p_options jsonb DEFAULT '{}')
RETURNS TABLE (load_run_file_id bigint, "extract" text, s3_key text, status text, reason text)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $held_files$
BEGIN
    RETURN QUERY
    SELECT p.load_run_file_id, p.extract, p.s3_key, p.status, p.reason
    FROM etl.plan_files(p_source, p_options) AS p
    WHERE p.action = 'hold'
    ORDER BY p.ordinal;
END;
$held_files$;
COMMENT ON FUNCTION etl.held_files(text, jsonb) IS
    'The files of etl.plan_files that wait for a tenant, a decision, or the rest of their batch.';
