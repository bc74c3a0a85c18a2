CREATE OR REPLACE PROCEDURE etl.process_file(p_file_attempt_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $process_file$
-- Processes one landed file from raw to core. The caller has locked the extract.
DECLARE
    v_file etl.load_run_files;
    v_is_late boolean;
    v_verdict text;
BEGIN
    SELECT f.* INTO v_file FROM etl.load_run_files AS f WHERE f.file_attempt_id = p_file_attempt_id;
    CALL etl.hold_extract(v_file.extract);
    v_file := etl.record_file(p_file_attempt_id);
    v_is_late := etl.file_is_late(v_file.load_run_file_id);
    CALL etl.analyze_raw(v_file.load_run_file_id);

    EXECUTE format('CALL etl.%I($1, $2)', 'check_' || v_file.extract) USING v_file.load_run_file_id, v_is_late;
    v_verdict := etl.judge_file(v_file.load_run_file_id);

    IF v_verdict = 'counts' THEN
        UPDATE etl.load_run_files AS f
        SET is_counting = true,
            path = CASE WHEN v_is_late THEN 'late' ELSE 'in order' END,
            core_inserted = 0,
            core_updated = 0,
            core_closed = 0
        WHERE f.load_run_file_id = v_file.load_run_file_id;
        CALL etl.supersede_versions(v_file.load_run_file_id);
        IF v_is_late THEN
            EXECUTE format('CALL etl.%I($1)', 'rebuild_' || v_file.extract) USING v_file.load_run_file_id;
            CALL etl.analyze_target(v_file.load_run_file_id, 'stg');
        ELSE
            EXECUTE format('CALL etl.%I($1)', 'stage_' || v_file.extract) USING v_file.load_run_file_id;
            CALL etl.analyze_target(v_file.load_run_file_id, 'stg');
            EXECUTE format('CALL etl.%I($1)', 'merge_' || v_file.extract) USING v_file.load_run_file_id;
            IF v_file.is_mirror THEN
                EXECUTE format('CALL etl.%I($1)', 'close_' || v_file.extract) USING v_file.load_run_file_id;
            END IF;
        END IF;
        CALL etl.analyze_target(v_file.load_run_file_id, 'core');
    END IF;

    CALL etl.finish_processing(p_file_attempt_id, v_verdict);
    CALL etl.clear_work(v_file.extract);
END;
$process_file$;
COMMENT ON PROCEDURE etl.process_file(bigint) IS
    'Processes the landed file of an attempt from raw to core, in the caller''s transaction, which holds the extract''s lock until it ends.';
