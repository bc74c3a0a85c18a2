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
-- Nothing to do for the file itself when another worker has taken it over meanwhile.
BEGIN
    UPDATE etl.load_run_files AS f
    SET status = CASE WHEN p_retryable THEN 'pending' ELSE 'failed' END,
        status_reason = p_message
    WHERE f.file_attempt_id = p_file_attempt_id AND f.status = 'loading';
    UPDATE etl.file_attempts AS a
    SET finished_at = clock_timestamp(),
        outcome = 'failed',
        sqlstate = p_sqlstate,
        error_class = p_error_class,
        is_retryable = p_retryable,
        problem = p_message
    WHERE a.file_attempt_id = p_file_attempt_id;
    UPDATE etl.load_run_plan AS p
    SET is_landed = true
    FROM etl.file_attempts AS a
    WHERE a.file_attempt_id = p_file_attempt_id
        AND p.load_run_id = a.load_run_id AND p.load_run_file_id = a.load_run_file_id
        AND NOT p_retryable;
END;
$fail_landing$;
COMMENT ON FUNCTION etl.fail_landing(bigint, text, text, boolean, text) IS
    'Records that a file could not be landed; it goes back to pending if trying again may help, else it is failed.';
