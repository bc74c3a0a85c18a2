CREATE OR REPLACE FUNCTION etl.register_files(p_source text, p_now timestamptz)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $register_files$
BEGIN
    -- A tenant was added: its files may load now.
    UPDATE etl.load_run_files AS f
    SET status = 'pending', status_reason = NULL
    FROM etl.tenants AS t
    WHERE f.source = p_source AND f.status = 'held' AND f.file_hash IS NULL
        AND t.source = f.source AND t.tenant = f.tenant;

    -- Content that was replaced before it was read is gone, unless a worker is reading it now.
    WITH unread AS (
        SELECT f.load_run_file_id
        FROM etl.load_run_files AS f
        WHERE f.source = p_source AND f.file_hash IS NULL AND f.member = ''
            AND f.status IN ('pending', 'loading', 'held', 'failed')
            AND EXISTS (
                SELECT FROM etl.load_run_files AS n
                WHERE n.s3_bucket = f.s3_bucket AND n.s3_key = f.s3_key AND n.member = f.member
                    AND n.load_run_file_id > f.load_run_file_id
            )
        FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE etl.load_run_files AS f
    SET status = 'skipped', status_reason = 'its object was overwritten before it was read'
    FROM unread AS u
    WHERE f.load_run_file_id = u.load_run_file_id;

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
            AND f.file_hash IS NULL AND f.member = '' AND f.status IN ('pending', 'loading', 'held', 'failed')
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
        CASE WHEN t.tenant IS NULL THEN 'held' ELSE 'pending' END,
        CASE WHEN t.tenant IS NULL THEN format('tenant %s is not in etl.tenants', array_to_string(o.tenant, ', ')) END,
        p_now
    FROM etl.s3_objects AS o
    JOIN etl.sources AS s USING (source)
    LEFT JOIN etl.tenants AS t
        ON t.source = o.source AND t.tenant = o.tenant
    LEFT JOIN LATERAL (
        SELECT f.etag, f.last_modified
        FROM etl.load_run_files AS f
        WHERE f.s3_bucket = o.s3_bucket AND f.s3_key = o.s3_key AND f.member = ''
        ORDER BY f.load_run_file_id DESC
        LIMIT 1
    ) AS known ON true
    WHERE o.source = p_source AND o.last_changed = p_now AND o.name_problem IS NULL
        AND o.etag IS DISTINCT FROM known.etag
    ORDER BY o.date_extracted, o.s3_key COLLATE "C"
    ON CONFLICT DO NOTHING;

    PERFORM etl.check_batches(p_source, p_now);
END;
$register_files$;
COMMENT ON FUNCTION etl.register_files(text, timestamptz) IS
    'Creates files for the objects that the listing of p_now showed as new or changed. Holds files of unknown tenants, and records incomplete batches.';
