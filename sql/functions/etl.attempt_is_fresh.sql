CREATE OR REPLACE FUNCTION etl.attempt_is_fresh(p_file_attempt_id bigint)
RETURNS boolean
LANGUAGE sql
VOLATILE
AS $attempt_is_fresh$
-- A worker commits its attempt, and locks the file a moment later. In this moment only the attempt shows that the file
-- is taken. The lock decides in any case; this check only keeps workers from competing for the same file.
SELECT EXISTS (
    SELECT
    FROM etl.file_attempts AS a
    JOIN pg_catalog.pg_stat_activity AS s USING (pid)
    WHERE a.file_attempt_id = p_file_attempt_id
        AND a.finished_at IS NULL
        AND a.pid <> pg_catalog.pg_backend_pid()
        AND a.started_at > pg_catalog.clock_timestamp() - interval '5 seconds'
);
$attempt_is_fresh$;
COMMENT ON FUNCTION etl.attempt_is_fresh(bigint) IS 'Whether a live worker opened the attempt a moment ago.';
