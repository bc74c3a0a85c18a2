CREATE OR REPLACE FUNCTION etl.skip_landing(p_file_attempt_id bigint, p_s3_version_id text, p_file_hash text)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $skip_landing$
BEGIN
    UPDATE etl.load_run_files AS f
    SET status = 'skipped',
        status_reason = format('the content of version %s is landed already', p_s3_version_id),
        file_hash = p_file_hash
    WHERE f.file_attempt_id = p_file_attempt_id AND f.status = 'loading';
    UPDATE etl.s3_objects AS o
    SET s3_version_id = p_s3_version_id
    FROM etl.load_run_files AS f
    WHERE f.file_attempt_id = p_file_attempt_id AND f.status = 'skipped'
        AND o.source = f.source AND o.s3_bucket = f.s3_bucket AND o.s3_key = f.s3_key AND o.etag = f.etag;
    UPDATE etl.file_attempts AS a
    SET finished_at = clock_timestamp(), outcome = 'skipped'
    WHERE a.file_attempt_id = p_file_attempt_id;
    UPDATE etl.load_run_plan AS p
    SET is_landed = true
    FROM etl.file_attempts AS a
    WHERE a.file_attempt_id = p_file_attempt_id
        AND p.load_run_id = a.load_run_id AND p.load_run_file_id = a.load_run_file_id;
END;
$skip_landing$;
COMMENT ON FUNCTION etl.skip_landing(bigint, text, text) IS 'Marks a file as skipped because its content is landed already.';
