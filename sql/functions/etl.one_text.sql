CREATE OR REPLACE FUNCTION etl.one_text(p_text text)
RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $one_text$
SELECT '{' || p_text || '}';
$one_text$;
COMMENT ON FUNCTION etl.one_text(text) IS 'An array literal of one element, for etl.are_dates and its like.';
