CREATE OR REPLACE FUNCTION etl.start_landing(p_load_run_id bigint, p_attempts integer DEFAULT 5)
RETURNS TABLE (
    load_run_file_id bigint,
    file_attempt_id bigint,
    "extract" text,
    s3_bucket text,
    s3_key text,
    s3_version_id text,
    etag text,
    size_bytes bigint,
    member text,
    columns text[],
    headings text[]
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $start_landing$
-- Chooses the run's next file and writes the attempt, which is visible before the work starts. If a file is loading and
-- its row is not locked, its worker died. A file that failed is retried after the files that have failed less often.
DECLARE
    v_file_id bigint;
    v_attempt_id bigint;
BEGIN
    SELECT f.load_run_file_id INTO v_file_id
    FROM etl.load_run_plan AS p
    JOIN etl.load_run_files AS f USING (load_run_file_id)
    WHERE p.load_run_id = p_load_run_id AND p.action = 'land' AND NOT p.is_landed
        AND f.status IN ('pending', 'loading')
        AND NOT (f.status = 'loading' AND etl.attempt_is_fresh(f.file_attempt_id))
        AND p.failures < p_attempts
    ORDER BY p.failures, p.ordinal
    LIMIT 1
    FOR NO KEY UPDATE OF f SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    PERFORM etl.close_lost_attempt(v_file_id);
    INSERT INTO etl.file_attempts (load_run_file_id, load_run_id, action, started_at, pid)
    VALUES (v_file_id, p_load_run_id, 'land', clock_timestamp(), pg_backend_pid())
    RETURNING file_attempts.file_attempt_id INTO v_attempt_id;

    RETURN QUERY
    UPDATE etl.load_run_files AS f
    SET status = 'loading', status_reason = NULL, file_attempt_id = v_attempt_id
    FROM etl.shapes AS h
    WHERE f.load_run_file_id = v_file_id
        AND h.extract = f.extract AND f.date_extracted >= h.since AND f.date_extracted < h.until
    RETURNING
        f.load_run_file_id, f.file_attempt_id, f.extract, f.s3_bucket, f.s3_key, f.s3_version_id, f.etag,
        f.size_bytes, f.member, h.columns, h.headings;
END;
$start_landing$;
COMMENT ON FUNCTION etl.start_landing(bigint, integer) IS
    'Opens an attempt to land the run''s next file, and returns it with the columns of its shape. No row: no file is left, or other workers have the rest. A file that has failed p_attempts times in this run is left out.';
