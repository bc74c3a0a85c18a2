CREATE OR REPLACE FUNCTION etl.close_lost_attempt(p_load_run_file_id bigint)
RETURNS void
LANGUAGE sql
VOLATILE
AS $close_lost_attempt$
UPDATE etl.file_attempts AS a
SET finished_at = pg_catalog.clock_timestamp(),
    outcome = 'lost',
    error_class = 'connection',
    is_retryable = true,
    problem = 'its worker is gone: another took over'
FROM etl.load_run_files AS f
WHERE f.load_run_file_id = p_load_run_file_id
    AND a.file_attempt_id = f.file_attempt_id
    AND a.finished_at IS NULL;
$close_lost_attempt$;
COMMENT ON FUNCTION etl.close_lost_attempt(bigint) IS 'Ends the newest attempt at a file whose worker is gone, before another begins.';
