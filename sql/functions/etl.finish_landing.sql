CREATE OR REPLACE FUNCTION etl.finish_landing(
    p_file_attempt_id bigint,
    p_s3_version_id text,
    p_file_hash text,
    p_bytes bigint,
    p_rows_read bigint,
    p_rows_rejected bigint,
    p_encoding text
)
RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $finish_landing$
DECLARE
    v_file etl.load_run_files;
    v_attempt etl.file_attempts;
    v_version_id text;
BEGIN
    SELECT * INTO v_attempt FROM etl.file_attempts AS a WHERE a.file_attempt_id = p_file_attempt_id;
    SELECT * INTO v_file
    FROM etl.load_run_files AS f
    WHERE f.load_run_file_id = v_attempt.load_run_file_id
        AND f.file_attempt_id = p_file_attempt_id
        AND f.status = 'loading';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC004',
            MESSAGE = format('attempt %s is not landing a file', p_file_attempt_id),
            HINT = 'Call etl.claim_landing first, in the same transaction.';
    END IF;
    IF EXISTS (
        SELECT FROM etl.load_run_files AS o
        WHERE o.s3_bucket = v_file.s3_bucket AND o.s3_key = v_file.s3_key AND o.s3_version_id = v_file.s3_version_id
            AND o.member = v_file.member AND o.file_hash <> p_file_hash
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC005',
            MESSAGE = format('the content of file %s differs from what was landed before', v_file.load_run_file_id),
            HINT = 'One version of an object has to keep its bytes: find out who wrote to the bucket.';
    END IF;

    -- The content is a duplicate if the previous content of this key is in raw and has the same bytes: the caller then
    -- rolls back. Older contents are not compared: content that returns after a different one is a correction. Other
    -- readings of this version are not compared: they have the same bytes.
    IF p_file_hash = (
        SELECT o.file_hash
        FROM etl.load_run_files AS o
        WHERE o.s3_bucket = v_file.s3_bucket AND o.s3_key = v_file.s3_key AND o.member = v_file.member
            AND (o.last_modified, o.load_run_file_id) < (v_file.last_modified, v_file.load_run_file_id)
            AND o.s3_version_id <> v_file.s3_version_id
            AND o.file_hash IS NOT NULL AND o.status <> 'skipped'
        ORDER BY o.last_modified DESC, o.load_run_file_id DESC
        LIMIT 1
    ) THEN
        RETURN 'duplicate';
    END IF;

    EXECUTE format(
        $query$
            WITH rejected AS (
                DELETE FROM etl.landing_rejects AS l WHERE l.load_run_file_id = $1
                RETURNING l.*
            )
            INSERT INTO etl.%I (load_run_file_id, line_no, stage, row_text, field_errors)
            SELECT r.load_run_file_id, r.line_no, 'landing', r.row_text,
                jsonb_build_object('(row)', jsonb_build_object('code', r.code, 'reason', r.reason))
            FROM rejected AS r
        $query$,
        'rejects_' || v_file.extract
    )
    USING v_file.load_run_file_id;
    v_version_id := CASE
        WHEN v_file.s3_version_id = p_s3_version_id THEN p_s3_version_id
        ELSE etl.unused_version(v_file.s3_bucket, v_file.s3_key, p_s3_version_id, v_file.last_modified)
    END;
    UPDATE etl.load_run_files AS f
    SET status = 'landed',
        s3_version_id = v_version_id,
        file_hash = p_file_hash,
        size_bytes = p_bytes,
        encoding = p_encoding,
        rows_read = p_rows_read,
        rows_rejected_landing = p_rows_rejected,
        load_run_id = coalesce(f.load_run_id, v_attempt.load_run_id),
        load_ts = coalesce(f.load_ts, clock_timestamp())
    WHERE f.load_run_file_id = v_file.load_run_file_id;
    UPDATE etl.s3_objects AS o
    SET s3_version_id = p_s3_version_id
    WHERE o.source = v_file.source AND o.s3_bucket = v_file.s3_bucket AND o.s3_key = v_file.s3_key
        AND o.etag = v_file.etag;
    UPDATE etl.file_attempts AS a
    SET finished_at = clock_timestamp(), outcome = 'succeeded', rows_read = p_rows_read, bytes_read = p_bytes
    WHERE a.file_attempt_id = p_file_attempt_id;
    UPDATE etl.load_run_plan AS p
    SET is_landed = true
    FROM etl.file_attempts AS a
    WHERE a.file_attempt_id = p_file_attempt_id
        AND p.load_run_id = a.load_run_id AND p.load_run_file_id = a.load_run_file_id;
    RETURN 'landed';
END;
$finish_landing$;
COMMENT ON FUNCTION etl.finish_landing(bigint, text, text, bigint, bigint, bigint, text) IS
    'Marks a file as landed and keeps its rejected rows; or returns duplicate, then the caller rolls back and calls etl.skip_landing. RC004: the file is not claimed; RC005: the file landed before with other bytes.';
