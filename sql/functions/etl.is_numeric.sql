CREATE OR REPLACE FUNCTION etl.is_numeric(p_text text, p_type text, p_scale integer)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $is_numeric$
-- More decimals than the type keeps are refused, because the cast would round them away.
SELECT
    p_text !~ '[^-0-9.]'
    AND p_text NOT LIKE '%.'
    AND p_text NOT LIKE '%.' || pg_catalog.repeat('_', p_scale + 1) || '%'
    AND pg_catalog.pg_input_is_valid(p_text, p_type);
$is_numeric$;
COMMENT ON FUNCTION etl.is_numeric(text, text, integer) IS
    'Whether a text is a plain decimal number that the type p_type, numeric(p,s) with s = p_scale, keeps exactly.';
