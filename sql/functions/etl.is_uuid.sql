CREATE OR REPLACE FUNCTION etl.is_uuid(p_text text)
RETURNS boolean
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $is_uuid$
SELECT p_text ~ '^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
$is_uuid$;
COMMENT ON FUNCTION etl.is_uuid(text) IS 'Whether a text is a UUID of the canonical form with hyphens.';
