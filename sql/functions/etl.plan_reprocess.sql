CREATE OR REPLACE FUNCTION etl.plan_reprocess(p_file_ids bigint[], p_note text)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $plan_reprocess$
-- Opens a new run over files whose rows are in raw. The files go on counting until they are processed again.
DECLARE
    v_source text;
    v_run_id bigint;
BEGIN
    CALL etl.refuse_frozen(p_file_ids);
    SELECT min(f.source) INTO v_source
    FROM etl.load_run_files AS f
    WHERE f.load_run_file_id = ANY (p_file_ids) AND f.status IN ('processed', 'failed', 'landed');
    IF v_source IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC007',
            MESSAGE = CASE
                WHEN cardinality(p_file_ids) = 1 THEN coalesce(
                    (
                        SELECT format('file %s cannot be reprocessed: it is %s', f.load_run_file_id, f.status)
                        FROM etl.load_run_files AS f
                        WHERE f.load_run_file_id = ANY (p_file_ids)
                    ),
                    format('there is no file %s to reprocess', p_file_ids[1])
                )
                ELSE 'there is no file to reprocess'
            END,
            DETAIL = 'A file can be reprocessed if it is processed, failed or landed, and its rows are in raw.',
            HINT = 'SELECT load_run_file_id, extract, date_extracted, status FROM etl.load_run_files lists the files.';
    END IF;
    INSERT INTO etl.load_runs (source, status, mode, trigger, requested_by, parameters, notes, started_at)
    VALUES (v_source, 'running', 'reprocess', 'psql', session_user, '{}', p_note, clock_timestamp())
    RETURNING load_run_id INTO v_run_id;

    INSERT INTO etl.load_run_plan (load_run_id, ordinal, load_run_file_id, action, reason)
    SELECT
        v_run_id,
        row_number() OVER (ORDER BY f.date_extracted, e.load_order, f.date_from NULLS FIRST, f.load_run_file_id),
        f.load_run_file_id,
        'process',
        'reprocess'
    FROM etl.load_run_files AS f
    JOIN etl.extracts AS e USING (extract)
    WHERE f.load_run_file_id = ANY (p_file_ids)
        AND f.file_hash IS NOT NULL
        AND f.status IN ('processed', 'failed', 'landed');
    UPDATE etl.load_run_files AS f
    SET status = 'landed', status_reason = NULL
    FROM etl.load_run_plan AS p
    WHERE p.load_run_id = v_run_id AND f.load_run_file_id = p.load_run_file_id
        -- Checked again: the file may have been excluded while this statement waited for its lock.
        AND f.status IN ('processed', 'failed', 'landed');
    RETURN v_run_id;
END;
$plan_reprocess$;
COMMENT ON FUNCTION etl.plan_reprocess(bigint[], text) IS
    'Opens a run that processes files again from raw; returns load_run_id. RC007: none of the files can be reprocessed; RC013: one of them lies before the horizon.';
