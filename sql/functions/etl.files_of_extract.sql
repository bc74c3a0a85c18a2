CREATE OR REPLACE FUNCTION etl.files_of_extract(p_extract text, p_from timestamptz, p_to timestamptz)
RETURNS bigint[]
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $files_of_extract$
SELECT array_agg(f.load_run_file_id)
FROM etl.load_run_files AS f
WHERE f.extract = p_extract
    AND (p_from IS NULL OR f.date_extracted >= p_from)
    AND (p_to IS NULL OR f.date_extracted <= p_to);
$files_of_extract$;
COMMENT ON FUNCTION etl.files_of_extract(text, timestamptz, timestamptz) IS
    'The files of an extract with DateExtracted in an interval, bounds included; NULL: no bound.';
