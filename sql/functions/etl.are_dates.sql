CREATE OR REPLACE FUNCTION etl.are_dates(p_list text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $are_dates$
-- A time other than midnight is refused, because the cast would drop it.
SELECT
    p_list ~ '^\{(?:(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?: 00:00:00(?:\.0{1,6})?)?)?(?:,\v\f|\}))+$'
    AND pg_catalog.pg_input_is_valid(p_list, 'date[]');
$are_dates$;
COMMENT ON FUNCTION etl.are_dates(text) IS
    'Whether every element of an array literal is YYYY-MM-DD, alone or with a midnight time.';
