CREATE OR REPLACE FUNCTION etl.drifted_files(p_source text, p_bucket text)
RETURNS TABLE (
    "extract" text,
    load_run_file_id bigint,
    s3_key text,
    s3_version_id text,
    etag text,
    tenant text[],
    extracted text,
    reason text,
    files bigint,
    newer_files bigint
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $drifted_files$
SELECT DISTINCT ON (f.extract)
    f.extract,
    f.load_run_file_id,
    f.s3_key,
    f.s3_version_id,
    f.etag,
    f.tenant,
    to_char(f.date_extracted AT TIME ZONE s.timezone, 'YYYY-MM-DD HH24:MI:SS'),
    f.status_reason,
    count(*) OVER (PARTITION BY f.extract),
    (
        SELECT count(*)
        FROM etl.load_run_files AS o
        WHERE o.extract = f.extract AND o.date_extracted >= f.date_extracted AND o.is_counting
    )
FROM etl.load_run_files AS f
JOIN etl.file_attempts AS a USING (file_attempt_id)
JOIN etl.sources AS s ON s.source = f.source
WHERE f.source = p_source AND f.s3_bucket = p_bucket AND f.status = 'failed' AND a.error_class = 'drift'
ORDER BY f.extract, f.date_extracted, f.load_run_file_id;
$drifted_files$;
COMMENT ON FUNCTION etl.drifted_files(text, text) IS
    'For each extract: the oldest file of a bucket that failed because of drift, how many files failed so, and how many counting files have the same or a later DateExtracted.';
