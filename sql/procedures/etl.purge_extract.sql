CREATE OR REPLACE PROCEDURE etl.purge_extract(p_extract text, p_before timestamptz)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $purge_extract$
-- Locks the extract. A horizon only moves forward, and only past files that are done: rows of an open file are not
-- purged.
DECLARE
    v_horizon timestamptz;
    v_open record;
    v_tenant text[];
BEGIN
    CALL etl.hold_extract(p_extract);
    v_horizon := etl.horizon(p_extract);
    IF p_before <= v_horizon THEN
        RETURN;
    END IF;

    SELECT f.load_run_file_id, f.status INTO v_open
    FROM etl.load_run_files AS f
    WHERE f.extract = p_extract AND f.date_extracted >= v_horizon AND f.date_extracted < p_before
        AND f.status NOT IN ('processed', 'skipped', 'superseded', 'excluded')
        AND NOT EXISTS (
            SELECT FROM etl.load_run_files AS n
            WHERE n.s3_bucket = f.s3_bucket AND n.s3_key = f.s3_key AND n.member = f.member AND n.is_counting
                AND (n.last_modified, n.load_run_file_id) > (f.last_modified, f.load_run_file_id)
        )
    ORDER BY f.date_extracted, f.load_run_file_id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC014',
            MESSAGE = format(
                'file %s of %s is %s, so its rows cannot be purged', v_open.load_run_file_id, p_extract, v_open.status
            ),
            HINT = 'Process the file, or CALL etl.exclude_file(id, reason); then purge again.';
    END IF;

    FOR v_tenant IN
        SELECT DISTINCT f.tenant
        FROM etl.load_run_files AS f
        WHERE f.extract = p_extract AND f.date_extracted < p_before
    LOOP
        EXECUTE format('CALL etl.%I($1, $2)', 'purge_' || p_extract) USING v_tenant, p_before;
        CALL etl.clear_work(p_extract);
    END LOOP;

    INSERT INTO etl.horizons (extract, horizon, purged_at, purged_by)
    VALUES (p_extract, p_before, clock_timestamp(), session_user)
    ON CONFLICT (extract) DO UPDATE
    SET horizon = excluded.horizon,
        purged_at = excluded.purged_at,
        purged_by = excluded.purged_by;
    EXECUTE format('ANALYZE %s', (SELECT e.raw_table FROM etl.extracts AS e WHERE e.extract = p_extract));
END;
$purge_extract$;
COMMENT ON PROCEDURE etl.purge_extract(text, timestamptz) IS
    'Purges raw of an extract in the caller''s transaction, and moves its horizon. RC014: a file before the horizon is not done.';
