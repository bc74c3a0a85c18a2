CREATE OR REPLACE FUNCTION etl.are_decimals(p_list text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $are_decimals$
SELECT
    p_list ~ '^\{(?:(?:-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))?(?:,\v\f|\}))+$'
    AND pg_catalog.pg_input_is_valid(p_list, 'numeric[]');
$are_decimals$;
COMMENT ON FUNCTION etl.are_decimals(text) IS
    'Whether every element of an array literal is a plain decimal number, of any number of decimals.';
