CREATE OR REPLACE FUNCTION etl.are_numerics(p_list text, p_array_type text, p_scale integer)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $are_numerics$
-- More decimals than the type keeps are refused, because the cast would round them away.
SELECT
    p_list ~ ('^\{(?:(?:-?(?:[0-9]+(?:\.[0-9]{1,' || p_scale || '})?|\.[0-9]{1,' || p_scale || '}))?(?:,\v\f|\}))+$')
    AND pg_catalog.pg_input_is_valid(p_list, p_array_type);
$are_numerics$;
COMMENT ON FUNCTION etl.are_numerics(text, text, integer) IS
    'Whether every element of an array literal is a plain decimal number that the type keeps exactly.';
