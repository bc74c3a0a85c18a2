CREATE OR REPLACE FUNCTION etl.is_boolean(p_text text)
RETURNS boolean
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $is_boolean$
SELECT p_text IN ('0', '1');
$is_boolean$;
COMMENT ON FUNCTION etl.is_boolean(text) IS 'Whether a text is 0 or 1.';
