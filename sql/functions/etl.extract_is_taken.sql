CREATE OR REPLACE FUNCTION etl.extract_is_taken(p_extract text)
RETURNS boolean
LANGUAGE sql
VOLATILE
AS $extract_is_taken$
-- If a worker took the next file before another worker had locked an older one, the older one would become late.
SELECT EXISTS (
    SELECT
    FROM etl.load_run_files AS f
    WHERE f.extract = p_extract AND f.status = 'processing' AND etl.attempt_is_fresh(f.file_attempt_id)
);
$extract_is_taken$;
COMMENT ON FUNCTION etl.extract_is_taken(text) IS 'Whether a live worker opened an attempt at a file of the extract a moment ago.';
