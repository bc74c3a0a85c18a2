CREATE OR REPLACE FUNCTION etl.files_with_others(p_load_run_id bigint, p_pids integer[])
RETURNS SETOF bigint
LANGUAGE sql
VOLATILE
AS $files_with_others$
-- A process id can be reused by a new session: if the start of the session is visible, it has to precede the attempt.
SELECT f.load_run_file_id
FROM etl.load_run_plan AS p
JOIN etl.load_run_files AS f USING (load_run_file_id)
JOIN etl.file_attempts AS a USING (file_attempt_id)
JOIN pg_catalog.pg_stat_activity AS s USING (pid)
WHERE p.load_run_id = p_load_run_id AND f.status IN ('loading', 'processing') AND a.finished_at IS NULL
    AND a.pid <> ALL (p_pids) AND coalesce(s.backend_start < a.started_at, true);
$files_with_others$;
COMMENT ON FUNCTION etl.files_with_others(bigint, integer[]) IS
    'The files of a run that sessions other than p_pids land or process now.';
