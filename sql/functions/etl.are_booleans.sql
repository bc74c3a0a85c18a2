CREATE OR REPLACE FUNCTION etl.are_booleans(p_list text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $are_booleans$
SELECT p_list ~ '^\{(?:[01]?(?:,\v\f|\}))+$' AND pg_catalog.pg_input_is_valid(p_list, 'boolean[]');
$are_booleans$;
COMMENT ON FUNCTION etl.are_booleans(text) IS 'Whether every element of an array literal is 0 or 1.';
