CREATE OR REPLACE FUNCTION etl.fail_landing(
    p_file_attempt_id bigint,
    p_sqlstate text,
    p_error_class text,
    p_retryable boolean,
    p_message text
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $fail_landing$
-- Does nothing if another worker has taken the file over, or if it has landed: a connection can break after the commit
-- and before its answer. A file that a missing permission stops is retried by the next run, not by this one.
DECLARE
    v_is_denied constant boolean := p_error_class = 'permission';
    v_is_retryable constant boolean := p_retryable OR v_is_denied;
    v_attempt etl.file_attempts;
BEGIN
    UPDATE etl.file_attempts AS a
    SET finished_at = clock_timestamp(),
        outcome = 'failed',
        sqlstate = p_sqlstate,
        error_class = p_error_class,
        is_retryable = v_is_retryable,
        problem = p_message
    WHERE a.file_attempt_id = p_file_attempt_id AND a.finished_at IS NULL
    RETURNING a.* INTO v_attempt;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    UPDATE etl.load_run_files AS f
    SET status = CASE WHEN v_is_retryable THEN 'pending' ELSE 'failed' END,
        status_reason = p_message
    WHERE f.file_attempt_id = p_file_attempt_id AND f.status = 'loading';
    UPDATE etl.load_run_plan AS p
    SET failures = p.failures + 1,
        is_landed = v_is_denied OR NOT v_is_retryable
    WHERE p.load_run_id = v_attempt.load_run_id AND p.load_run_file_id = v_attempt.load_run_file_id;
END;
$fail_landing$;
COMMENT ON FUNCTION etl.fail_landing(bigint, text, text, boolean, text) IS
    'Records that a file could not be landed. It becomes pending if a retry can help, else failed.';
