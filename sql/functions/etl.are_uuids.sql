CREATE OR REPLACE FUNCTION etl.are_uuids(p_list text)
RETURNS boolean
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $are_uuids$
SELECT p_list ~ '^\{(?:(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?(?:,\v\f|\}))+$';
$are_uuids$;
COMMENT ON FUNCTION etl.are_uuids(text) IS
    'Whether every element of an array literal is a UUID of the canonical form with hyphens.';
