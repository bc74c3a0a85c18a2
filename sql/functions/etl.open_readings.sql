CREATE OR REPLACE FUNCTION etl.open_readings(p_file_ids bigint[], p_reason text)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $open_readings$
-- The earlier reading counts until the new one is processed. What was recorded about the content (kind, mirror,
-- thresholds) holds for each reading of it; a decision that let a mirror in does not, because the rows can differ.
DECLARE
    v_open_id bigint;
    v_readings bigint;
BEGIN
    PERFORM etl.decide_file(i.id, p_reason, 'reread', ARRAY['processed']) FROM unnest(p_file_ids) AS i (id);

    SELECT min(n.load_run_file_id) INTO v_open_id
    FROM etl.load_run_files AS f
    JOIN etl.load_run_files AS n USING (s3_bucket, s3_key, s3_version_id, member)
    WHERE f.load_run_file_id = ANY (p_file_ids) AND n.reading > f.reading
        AND n.status IN ('pending', 'loading', 'landed', 'processing');
    IF v_open_id IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC008',
            MESSAGE = format('a new reading of this content is open already: file %s', v_open_id),
            HINT = 'The next run of ingest.py reads it.';
    END IF;

    INSERT INTO etl.load_run_files (
        source, extract, s3_bucket, s3_key, s3_version_id, member, reading, etag, size_bytes, last_modified,
        extract_type, tenant, date_from, date_to, date_extracted, kind, told, is_mirror, reject_rate,
        mirror_close_share, status, status_reason, discovered_at
    )
    SELECT
        f.source, f.extract, f.s3_bucket, f.s3_key, f.s3_version_id, f.member,
        (
            SELECT max(n.reading) + 1
            FROM etl.load_run_files AS n
            WHERE n.s3_bucket = f.s3_bucket AND n.s3_key = f.s3_key AND n.s3_version_id = f.s3_version_id
                AND n.member = f.member
        ),
        f.etag, f.size_bytes, f.last_modified, f.extract_type, f.tenant, f.date_from, f.date_to, f.date_extracted,
        f.kind, f.told, f.is_mirror, f.reject_rate, f.mirror_close_share, 'pending', p_reason, clock_timestamp()
    FROM etl.load_run_files AS f
    WHERE f.load_run_file_id = ANY (p_file_ids)
    ORDER BY f.date_extracted, f.load_run_file_id;
    GET DIAGNOSTICS v_readings = ROW_COUNT;
    RETURN v_readings;
END;
$open_readings$;
COMMENT ON FUNCTION etl.open_readings(bigint[], text) IS
    'Records the decision to read counting files from the store once more, and plans the new readings; returns their number. RC008: a file does not count, has an open reading, or the reason is missing; RC013: before the horizon.';
