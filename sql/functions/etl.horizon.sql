CREATE OR REPLACE FUNCTION etl.horizon(p_extract text)
RETURNS timestamptz
LANGUAGE sql
STABLE
AS $horizon$
SELECT coalesce((SELECT h.horizon FROM etl.horizons AS h WHERE h.extract = p_extract), '-infinity');
$horizon$;
COMMENT ON FUNCTION etl.horizon(text) IS 'The time before which the history of an extract is frozen; -infinity: raw was never purged.';
