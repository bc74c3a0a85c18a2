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

    -- An object changed before its earlier content was read: that content is gone, the file is the new one.
    UPDATE etl.load_run_files AS f
    SET s3_version_id = CASE
            WHEN f.etag = o.etag THEN f.s3_version_id
            ELSE etl.unused_version(o.s3_bucket, o.s3_key, 'etag:' || o.etag, o.last_modified)
        END,
        etag = o.etag,
        size_bytes = o.size_bytes,
        last_modified = o.last_modified,
        status = CASE WHEN f.status = 'failed' THEN 'pending' ELSE f.status END,
        status_reason = CASE WHEN f.status = 'failed' THEN NULL ELSE f.status_reason END
    FROM etl.s3_objects AS o
    WHERE o.source = p_source AND o.last_changed = p_now
        AND f.s3_bucket = o.s3_bucket AND f.s3_key = o.s3_key AND f.member = ''
        AND f.file_hash IS NULL AND f.status IN ('pending', 'held', 'failed')
        AND (f.etag, f.last_modified) IS DISTINCT FROM (o.etag, o.last_modified);

    INSERT INTO etl.load_run_files AS f (
        source, extract, s3_bucket, s3_key, s3_version_id, etag, size_bytes, last_modified,
        extract_type, tenant, date_from, date_to, date_extracted, kind,
        status, status_reason, discovered_at
    )
    SELECT
        o.source, o.extract, o.s3_bucket, o.s3_key,
        etl.unused_version(o.s3_bucket, o.s3_key, 'etag:' || o.etag, o.last_modified),
        o.etag, o.size_bytes, o.last_modified,
        o.extract_type, o.tenant, o.date_from, o.date_to, o.date_extracted, o.kind,
        CASE WHEN t.tenant IS NULL THEN 'held' ELSE 'pending' END,
        CASE WHEN t.tenant IS NULL THEN format('tenant %s is not in etl.tenants', array_to_string(o.tenant, ', ')) END,
        p_now
    FROM etl.s3_objects AS o
    JOIN etl.sources AS s USING (source)
    LEFT JOIN etl.tenants AS t
        ON t.source = o.source AND t.tenant = o.tenant
    WHERE o.source = p_source AND o.last_changed = p_now AND o.name_problem IS NULL
        AND o.etag IS DISTINCT FROM (
            SELECT known.etag
            FROM etl.load_run_files AS known
            WHERE known.s3_bucket = o.s3_bucket AND known.s3_key = o.s3_key AND known.member = ''
            ORDER BY known.load_run_file_id DESC
            LIMIT 1
        )
    ORDER BY o.date_extracted, o.s3_key COLLATE "C"
    ON CONFLICT DO NOTHING;
END;
$register_files$;
COMMENT ON FUNCTION etl.register_files(text, timestamptz) IS
    'Makes files of the objects that the listing of that time showed new or changed; files of unknown tenants are held.';
