CREATE OR REPLACE FUNCTION etl.unused_version(p_bucket text, p_key text, p_version_id text, p_last_modified timestamptz)
RETURNS text
LANGUAGE sql
STABLE
AS $unused_version$
-- If a store keeps no versions, content that returns after a correction has the same etag as the first time.
SELECT
    CASE
        WHEN EXISTS (
            SELECT
            FROM etl.load_run_files AS f
            WHERE f.s3_bucket = p_bucket AND f.s3_key = p_key AND f.s3_version_id = p_version_id AND f.member = ''
        )
        THEN p_version_id || '@' || pg_catalog.to_char(p_last_modified AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISSUS"Z"')
        ELSE p_version_id
    END;
$unused_version$;
COMMENT ON FUNCTION etl.unused_version(text, text, text, timestamptz) IS
    'The version id of a new file. If an earlier file of the key has the same id, the time of writing is appended.';
