CREATE OR REPLACE FUNCTION etl.all_texts(p_texts text[])
RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $all_texts$
-- The vertical tab and the form feed are blanks to an array literal, and no separator that a field would hold:
-- 1,234 in a column of whole numbers must not pass as two of them.
SELECT '{' || pg_catalog.array_to_string(p_texts, E',\x0B\x0C') || '}';
$all_texts$;
COMMENT ON FUNCTION etl.all_texts(text[]) IS
    'An array literal of the texts that are not NULL, for etl.are_dates and its like.';
