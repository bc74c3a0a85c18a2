CREATE OR REPLACE FUNCTION etl.register_listing(p_source text, p_listing_id text)
RETURNS TABLE (
    objects bigint,
    new_objects bigint,
    changed_objects bigint,
    unparsed bigint,
    files_pending bigint,
    files_held bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $register_listing$
-- Updates the inventory from a listing; unchanged objects are not written. A name is parsed when it is new, and again
-- if it could not be parsed and the rules have changed since.
DECLARE
    v_now constant timestamptz := clock_timestamp();
    v_rules constant text := etl.name_rules(p_source);
BEGIN
    WITH unread AS MATERIALIZED (
        SELECT o.s3_bucket, o.s3_key
        FROM etl.s3_objects AS o
        JOIN etl.s3_listing AS l USING (s3_bucket, s3_key)
        WHERE o.source = p_source AND o.name_problem IS NOT NULL AND o.name_rules <> v_rules
            AND l.listing_id = p_listing_id
    )
    UPDATE etl.s3_objects AS o
    SET extract_type = p.extract_type,
        extract = p.extract,
        tenant = p.tenant,
        kind = p.kind,
        date_from = p.date_from,
        date_to = p.date_to,
        date_extracted = p.date_extracted,
        name_problem = p.problem,
        name_rules = v_rules,
        last_changed = CASE WHEN p.problem IS NULL THEN v_now ELSE o.last_changed END
    FROM unread AS u
    CROSS JOIN LATERAL etl.parse_name(p_source, u.s3_key) AS p
    WHERE o.source = p_source AND o.s3_bucket = u.s3_bucket AND o.s3_key = u.s3_key;

    WITH listed AS (
        DELETE FROM etl.s3_listing AS l
        WHERE l.listing_id = p_listing_id
        RETURNING l.*
    ),
    -- Some stores return overlapping pages while objects are being written.
    each AS (
        SELECT DISTINCT ON (l.s3_bucket, l.s3_key) l.*
        FROM listed AS l
        ORDER BY l.s3_bucket, l.s3_key, l.last_modified DESC
    ),
    news AS (
        SELECT l.*, o.s3_key IS NULL AS is_new
        FROM each AS l
        LEFT JOIN etl.s3_objects AS o
            ON o.source = p_source AND o.s3_bucket = l.s3_bucket AND o.s3_key = l.s3_key
        WHERE o.s3_key IS NULL
            OR (o.size_bytes, o.etag, o.last_modified) IS DISTINCT FROM (l.size_bytes, l.etag, l.last_modified)
    ),
    written AS (
        INSERT INTO etl.s3_objects AS o (
            source, s3_bucket, s3_key, size_bytes, etag, last_modified,
            extract_type, extract, tenant, kind, date_from, date_to, date_extracted, name_problem, name_rules,
            first_seen, last_changed
        )
        SELECT
            p_source, n.s3_bucket, n.s3_key, n.size_bytes, n.etag, n.last_modified,
            p.extract_type, p.extract, p.tenant, p.kind, p.date_from, p.date_to, p.date_extracted, p.problem, v_rules,
            v_now, v_now
        FROM news AS n
        CROSS JOIN LATERAL etl.parse_name(p_source, n.s3_key) AS p
        ON CONFLICT (source, s3_bucket, s3_key) DO UPDATE
        SET size_bytes = excluded.size_bytes,
            etag = excluded.etag,
            last_modified = excluded.last_modified,
            s3_version_id = NULL,
            last_changed = excluded.last_changed
        RETURNING o.s3_key
    )
    SELECT
        (SELECT count(*) FROM each),
        (SELECT count(*) FROM news AS n WHERE n.is_new),
        (SELECT count(*) FROM news AS n WHERE NOT n.is_new AND EXISTS (SELECT FROM written))
    INTO objects, new_objects, changed_objects;

    PERFORM etl.register_files(p_source, v_now);

    SELECT
        count(*) FILTER (WHERE f.status IN ('pending', 'loading')),
        count(*) FILTER (WHERE f.status = 'held')
    INTO files_pending, files_held
    FROM etl.load_run_files AS f
    WHERE f.source = p_source AND f.status IN ('pending', 'loading', 'held');

    SELECT count(*) INTO unparsed
    FROM etl.s3_objects AS o
    WHERE o.source = p_source AND o.name_problem IS NOT NULL;
    RETURN NEXT;
END;
$register_listing$;
COMMENT ON FUNCTION etl.register_listing(text, text) IS
    'Moves a listing from etl.s3_listing into the inventory, and registers new contents in etl.load_run_files. Returns counts.';
