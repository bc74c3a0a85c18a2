CREATE OR REPLACE FUNCTION etl.decide_file(
    p_load_run_file_id bigint,
    p_reason text,
    p_action text,
    p_states text[]
)
RETURNS etl.load_run_files
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $decide_file$
-- Takes the extract's lock, as every writer does, then records the decision, who made it, and why.
DECLARE
    v_file etl.load_run_files;
BEGIN
    SELECT f.* INTO v_file FROM etl.load_run_files AS f WHERE f.load_run_file_id = p_load_run_file_id;
    CALL etl.hold_extract(v_file.extract);
    SELECT f.* INTO v_file
    FROM etl.load_run_files AS f
    WHERE f.load_run_file_id = p_load_run_file_id
    FOR NO KEY UPDATE;
    IF v_file.status IS NULL OR v_file.status <> ALL (p_states) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC008',
            MESSAGE = CASE
                WHEN v_file.status IS NULL THEN format('there is no file %s', p_load_run_file_id)
                ELSE format('file %s is %s', p_load_run_file_id, v_file.status)
            END,
            HINT = format('A file has to be %s before you can %s it.', array_to_string(p_states, ' or '), p_action);
    END IF;
    IF v_file.is_counting OR p_action <> 'exclude' THEN
        CALL etl.refuse_frozen(ARRAY[p_load_run_file_id]);
    END IF;
    IF coalesce(btrim(p_reason), '') = '' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC008',
            MESSAGE = format('a reason to %s file %s is missing', p_action, p_load_run_file_id),
            HINT = 'Give a reason: it is kept with the file.';
    END IF;
    UPDATE etl.load_run_files AS f
    SET decision_reason = p_reason, decided_by = session_user
    WHERE f.load_run_file_id = p_load_run_file_id;
    INSERT INTO etl.file_attempts (load_run_file_id, action, started_at, finished_at, outcome, pid, problem)
    VALUES (
        p_load_run_file_id, p_action, clock_timestamp(), clock_timestamp(), 'succeeded', pg_backend_pid(),
        format('%s: %s', session_user, p_reason)
    );
    RETURN v_file;
END;
$decide_file$;
COMMENT ON FUNCTION etl.decide_file(bigint, text, text, text[]) IS
    'Locks the extract of a file and records a decision about the file, with reason and login; returns the file as it was before. RC008: the file is in none of the states p_states, or the reason is missing; RC013: it lies before the horizon.';
