CREATE OR REPLACE FUNCTION etl.is_decimal(p_text text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $is_decimal$
SELECT
    p_text !~ '[^-0-9.]'
    AND p_text NOT LIKE '%.'
    AND pg_catalog.pg_input_is_valid(p_text, 'numeric');
$is_decimal$;
COMMENT ON FUNCTION etl.is_decimal(text) IS 'Whether a text is a plain decimal number, with any number of decimals.';
