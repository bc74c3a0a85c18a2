CREATE OR REPLACE FUNCTION etl.attempt_is_fresh(p_file_attempt_id bigint)
RETURNS boolean
LANGUAGE sql
VOLATILE
AS $attempt_is_fresh$
-- Between the commit of an attempt and the lock that claims its file lies a moment. Locks decide in any case; this
-- keeps workers from taking files from each other in that moment.
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
