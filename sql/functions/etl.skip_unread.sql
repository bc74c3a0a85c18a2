CREATE OR REPLACE FUNCTION etl.skip_unread(p_source text)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $skip_unread$
-- Content that was replaced before it was read is gone, unless a worker is reading it now.
BEGIN
    WITH unread AS (
        SELECT f.load_run_file_id
        FROM etl.load_run_files AS f
        WHERE f.source = p_source AND f.file_hash IS NULL AND f.member = ''
            AND f.status IN ('pending', 'loading', 'held', 'failed')
            AND EXISTS (
                SELECT FROM etl.load_run_files AS n
                WHERE n.s3_bucket = f.s3_bucket AND n.s3_key = f.s3_key AND n.member = f.member
                    AND n.reading = 1 AND n.load_run_file_id > f.load_run_file_id
            )
        FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE etl.load_run_files AS f
    SET status = 'skipped', status_reason = 'its object was overwritten before it was read'
    FROM unread AS u
    WHERE f.load_run_file_id = u.load_run_file_id;
END;
$skip_unread$;
COMMENT ON FUNCTION etl.skip_unread(text) IS
    'Marks as skipped the files that were not read before a newer content of their key was listed.';
