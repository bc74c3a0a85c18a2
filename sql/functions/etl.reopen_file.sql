CREATE OR REPLACE FUNCTION etl.reopen_file(p_load_run_file_id bigint, p_reason text, p_state text)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $reopen_file$
DECLARE
    v_file etl.load_run_files;
BEGIN
    v_file := etl.decide_file(
        p_load_run_file_id, p_reason, CASE p_state WHEN 'held' THEN 'release' ELSE 'readmit' END, ARRAY[p_state]
    );
    IF v_file.file_hash IS NULL AND p_state = 'held' AND NOT EXISTS (
        SELECT FROM etl.tenants AS t WHERE t.source = v_file.source AND t.tenant = v_file.tenant
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC008',
            MESSAGE = format('file %s waits for its tenant', p_load_run_file_id),
            HINT = 'Add the tenant to etl.tenants; the next run loads the file.';
    END IF;
    UPDATE etl.load_run_files AS f
    SET status = CASE WHEN f.file_hash IS NULL THEN 'pending' ELSE 'landed' END,
        status_reason = NULL,
        decision = CASE p_state WHEN 'held' THEN 'released' END
    WHERE f.load_run_file_id = p_load_run_file_id;
    IF v_file.file_hash IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN etl.plan_reprocess(ARRAY[p_load_run_file_id], p_reason);
END;
$reopen_file$;
COMMENT ON FUNCTION etl.reopen_file(bigint, text, text) IS
    'Records that a held or excluded file may count, and opens a run for it. NULL: its rows are not in raw, so the next run of the driver lands it. RC008: the file is not in p_state.';
