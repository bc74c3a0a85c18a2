CREATE OR REPLACE FUNCTION etl.flag_is_on(p_name text, p_extract text)
RETURNS boolean
LANGUAGE sql
STABLE
AS $flag_is_on$
SELECT f.is_on
FROM etl.feature_flags AS f
WHERE f.name = p_name AND f.extract IN (p_extract, '')
ORDER BY f.extract DESC
LIMIT 1;
$flag_is_on$;
COMMENT ON FUNCTION etl.flag_is_on(text, text) IS 'Whether a flag is on for an extract; the row of the extract overrides the row for all extracts.';
