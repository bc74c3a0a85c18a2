CREATE OR REPLACE FUNCTION etl.are_integers(p_list text, p_array_type text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $are_integers$
-- p_list is the text of an array, {1,20,-3}: one look at a row checks all its columns of the type.
SELECT
    p_list ~ '^\{(?:(?:0|-?[1-9][0-9]*)?(?:,\v\f|\}))+$'
    AND pg_catalog.pg_input_is_valid(p_list, p_array_type);
$are_integers$;
COMMENT ON FUNCTION etl.are_integers(text, text) IS
    'Whether every element of an array literal is a whole number without plus sign and leading zeros, in the range of the type.';
