CREATE OR REPLACE FUNCTION etl.config_bigint(p_name text)
RETURNS bigint
LANGUAGE sql
STABLE
AS $config_bigint$
SELECT c.value::bigint FROM etl.config AS c WHERE c.name = p_name;
$config_bigint$;
COMMENT ON FUNCTION etl.config_bigint(text) IS 'A setting of etl.config as a whole number.';
