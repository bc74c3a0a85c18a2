CREATE OR REPLACE FUNCTION etl.next_file(p_load_run_id bigint, p_since timestamptz)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $next_file$
-- Locks a free extract first, and only then looks for its oldest landed file, because data that was read before the
-- lock may be stale. The caller commits the attempt before the work starts. If a file is processing and its extract is
-- free, its worker died. If that happens to a file three times in a run, the run passes over its extract; the next run
-- retries the file.
DECLARE
    -- An array instead of a join: the planner lacks statistics here and could choose a nested loop over all files.
    v_files constant bigint[] := ARRAY(
        SELECT p.load_run_file_id FROM etl.load_run_plan AS p WHERE p.load_run_id = p_load_run_id
    );
    v_extract text;
    v_file_id bigint;
    v_attempt_id bigint;
    v_passed text[] := '{}';
BEGIN
    LOOP
        SELECT l.extract INTO v_extract
        FROM etl.locks AS l
        JOIN etl.extracts AS e USING (extract)
        WHERE l.extract <> ALL (v_passed)
            AND NOT etl.extract_is_taken(l.extract)
            AND l.extract = ANY (ARRAY(
                SELECT f.extract
                FROM etl.load_run_files AS f
                WHERE f.load_run_file_id = ANY (v_files)
                    AND f.status IN ('landed', 'processing')
                    AND NOT etl.attempt_failed_since(f.file_attempt_id, p_since)
            ))
        ORDER BY e.load_order
        LIMIT 1
        FOR UPDATE OF l SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;

        SELECT f.load_run_file_id INTO v_file_id
        FROM etl.load_run_files AS f
        WHERE f.load_run_file_id = ANY (v_files) AND f.extract = v_extract
            AND f.status IN ('landed', 'processing')
            AND NOT etl.attempt_failed_since(f.file_attempt_id, p_since)
            AND NOT etl.extract_is_taken(v_extract)
        ORDER BY f.date_extracted, f.date_from NULLS FIRST, f.date_to, f.last_modified, f.s3_key COLLATE "C"
        LIMIT 1;
        EXIT WHEN FOUND AND (
            SELECT p.workers_lost < 2
            FROM etl.load_run_plan AS p
            WHERE p.load_run_id = p_load_run_id AND p.load_run_file_id = v_file_id
        );
        v_passed := v_passed || v_extract;
    END LOOP;

    PERFORM etl.close_lost_attempt(v_file_id);
    INSERT INTO etl.file_attempts (load_run_file_id, load_run_id, action, started_at, pid)
    VALUES (v_file_id, p_load_run_id, 'process', clock_timestamp(), pg_backend_pid())
    RETURNING file_attempt_id INTO v_attempt_id;
    UPDATE etl.load_run_files AS f
    SET status = 'processing', status_reason = NULL, file_attempt_id = v_attempt_id
    WHERE f.load_run_file_id = v_file_id;
    RETURN v_attempt_id;
END;
$next_file$;
COMMENT ON FUNCTION etl.next_file(bigint, timestamptz) IS
    'Opens an attempt to process the oldest landed file of a free extract of the run; files whose newest attempt failed since p_since are left out. NULL: no file is free.';
