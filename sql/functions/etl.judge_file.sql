CREATE OR REPLACE FUNCTION etl.judge_file(p_load_run_file_id bigint)
RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $judge_file$
-- A file fails only because of its own content. If the verdict depends on other data, the file is held until an
-- operator decides. A mirror that was accepted before goes on counting: later data cannot hold it.
DECLARE
    v_file etl.load_run_files;
    v_now constant timestamptz := clock_timestamp();
    v_share numeric;
    v_is_accepted boolean;
BEGIN
    SELECT f.* INTO v_file FROM etl.load_run_files AS f WHERE f.load_run_file_id = p_load_run_file_id;
    v_share := round(v_file.rows_rejected::numeric / greatest(v_file.rows_read, 1), 6);
    CALL etl.note_check(p_load_run_file_id, 'reject_rate', v_share, v_file.reject_rate, v_now);
    IF v_share > v_file.reject_rate THEN
        RETURN 'failed';
    END IF;

    IF v_file.is_mirror THEN
        v_is_accepted := v_file.decision IS NOT DISTINCT FROM 'released' OR v_file.is_counting AND EXISTS (
            SELECT FROM etl.dq_results AS d
            WHERE d.load_run_file_id = p_load_run_file_id AND d.check_name = 'mirror_close_share'
        );
        EXECUTE format('SELECT etl.%I($1)', 'close_share_' || v_file.extract) INTO v_share USING p_load_run_file_id;
        CALL etl.note_check(p_load_run_file_id, 'mirror_close_share', v_share, v_file.mirror_close_share, v_now);
        IF (v_share > v_file.mirror_close_share OR v_file.rows_read = v_file.rows_rejected_landing)
            AND NOT v_is_accepted
        THEN
            RETURN 'held';
        END IF;
    END IF;
    RETURN 'counts';
END;
$judge_file$;
COMMENT ON FUNCTION etl.judge_file(bigint) IS 'Returns counts, failed (too many rejects) or held (a mirror that would close too many keys, or has no row). Writes etl.dq_results.';
