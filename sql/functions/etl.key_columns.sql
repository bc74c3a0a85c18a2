CREATE OR REPLACE FUNCTION etl.key_columns(p_table text)
RETURNS TABLE (tenant_columns text[], natural_key text[])
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $key_columns$
SELECT s.tenant_columns, e.natural_key
FROM etl.extracts AS e
JOIN etl.sources AS s USING (source)
WHERE p_table IN (e.core_table, e.stg_table, split_part(e.core_table, '.', 2), e.extract);
$key_columns$;
COMMENT ON FUNCTION etl.key_columns(text) IS
    'The tenant columns and the natural key of a table of core or stg, or of an extract. No row: no table or extract has this name.';
