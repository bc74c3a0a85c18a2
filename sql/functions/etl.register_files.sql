CREATE OR REPLACE FUNCTION etl.register_files(p_source text, p_now timestamptz)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $register_files$
BEGIN
    -- What held a file is no longer so: its tenant was added, for example.
    UPDATE etl.load_run_files AS f
    SET status = CASE WHEN r.reason IS NULL THEN 'pending' ELSE 'held' END,
        status_reason = r.reason
    FROM etl.load_run_files AS h
    CROSS JOIN LATERAL etl.reason_to_hold(h.source, h.tenant, h.date_extracted, p_now) AS r (reason)
    WHERE h.source = p_source AND h.status = 'held' AND h.file_hash IS NULL
        AND f.load_run_file_id = h.load_run_file_id AND r.reason IS DISTINCT FROM f.status_reason;

    PERFORM etl.skip_unread(p_source);

    -- An object changed before its newest content was read: the file then describes the content that is there now.
    WITH unread AS (
        SELECT
            f.load_run_file_id,
            CASE
                WHEN f.etag = o.etag THEN f.s3_version_id
                ELSE etl.unused_version(o.s3_bucket, o.s3_key, 'etag:' || o.etag, o.last_modified)
            END AS version_id,
            o.etag,
            o.size_bytes,
            greatest(
                o.last_modified,
                (
                    SELECT max(known.last_modified)
                    FROM etl.load_run_files AS known
                    WHERE known.s3_bucket = f.s3_bucket AND known.s3_key = f.s3_key AND known.member = f.member
                        AND known.load_run_file_id < f.load_run_file_id
                )
            ) AS last_modified
        FROM etl.s3_objects AS o
        JOIN etl.load_run_files AS f USING (s3_bucket, s3_key)
        WHERE o.source = p_source AND o.last_changed = p_now
            AND f.file_hash IS NULL AND f.member = '' AND f.reading = 1
            AND f.status IN ('pending', 'loading', 'held', 'failed')
            AND (f.etag, f.last_modified) IS DISTINCT FROM (o.etag, o.last_modified)
        FOR NO KEY UPDATE OF f SKIP LOCKED
    )
    UPDATE etl.load_run_files AS f
    SET s3_version_id = u.version_id,
        etag = u.etag,
        size_bytes = u.size_bytes,
        last_modified = u.last_modified,
        status = CASE f.status WHEN 'held' THEN 'held' ELSE 'pending' END,
        status_reason = CASE f.status WHEN 'held' THEN f.status_reason END
    FROM unread AS u
    WHERE f.load_run_file_id = u.load_run_file_id;

    INSERT INTO etl.load_run_files AS f (
        source, extract, s3_bucket, s3_key, s3_version_id, etag, size_bytes, last_modified,
        extract_type, tenant, date_from, date_to, date_extracted, kind,
        status, status_reason, discovered_at
    )
    SELECT
        o.source, o.extract, o.s3_bucket, o.s3_key,
        etl.unused_version(o.s3_bucket, o.s3_key, 'etag:' || o.etag, o.last_modified),
        -- Never earlier than the previous content of the key: some stores keep the time of a copied file.
        o.etag, o.size_bytes, greatest(o.last_modified, known.last_modified),
        o.extract_type, o.tenant, o.date_from, o.date_to, o.date_extracted, o.kind,
        CASE WHEN r.reason IS NULL THEN 'pending' ELSE 'held' END,
        r.reason,
        p_now
    FROM etl.s3_objects AS o
    JOIN etl.sources AS s USING (source)
    LEFT JOIN LATERAL (
        SELECT f.etag, f.last_modified
        FROM etl.load_run_files AS f
        WHERE f.s3_bucket = o.s3_bucket AND f.s3_key = o.s3_key AND f.member = '' AND f.reading = 1
        ORDER BY f.load_run_file_id DESC
        LIMIT 1
    ) AS known ON true
    CROSS JOIN LATERAL etl.reason_to_hold(o.source, o.tenant, o.date_extracted, p_now) AS r (reason)
    WHERE o.source = p_source AND o.last_changed = p_now AND o.name_problem IS NULL
        AND o.etag IS DISTINCT FROM known.etag
    ORDER BY o.date_extracted, o.s3_key COLLATE "C"
    ON CONFLICT DO NOTHING;

    PERFORM etl.skip_unread(p_source);
    PERFORM etl.check_batches(p_source, p_now);
END;
$register_files$;
COMMENT ON FUNCTION etl.register_files(text, timestamptz) IS
    'Creates files for the objects that the listing of p_now showed as new or changed. Holds files for the reasons of etl.reason_to_hold, and records incomplete batches.';
