CREATE OR REPLACE FUNCTION etl.close_lost_attempt(p_load_run_file_id bigint)
RETURNS void
LANGUAGE sql
VOLATILE
AS $close_lost_attempt$
WITH closed AS (
    UPDATE etl.file_attempts AS a
    SET finished_at = pg_catalog.clock_timestamp(),
        outcome = 'lost',
        error_class = 'connection',
        is_retryable = true,
        problem = 'its worker died: another worker took over'
    FROM etl.load_run_files AS f
    WHERE f.load_run_file_id = p_load_run_file_id
        AND a.file_attempt_id = f.file_attempt_id
        AND a.finished_at IS NULL
    RETURNING a.load_run_id, a.load_run_file_id, a.action
)
UPDATE etl.load_run_plan AS p
SET workers_lost = p.workers_lost + 1
FROM closed AS c
WHERE p.load_run_id = c.load_run_id AND p.load_run_file_id = c.load_run_file_id AND c.action = 'process';
$close_lost_attempt$;
COMMENT ON FUNCTION etl.close_lost_attempt(bigint) IS 'Closes the newest attempt at a file, if its worker died, before the next attempt begins.';
