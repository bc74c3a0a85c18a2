CREATE OR REPLACE FUNCTION etl.attempts_of_run(p_load_run_id bigint, p_after bigint)
RETURNS TABLE (
    attempt bigint,
    file bigint,
    key text,
    "extract" text,
    is_done boolean,
    pid integer,
    outcome text,
    path text,
    bytes bigint,
    "rows" bigint,
    ingested bigint,
    unchanged bigint,
    duplicate bigint,
    rejected bigint,
    problem text,
    error_class text,
    seconds double precision
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $attempts_of_run$
SELECT
    a.file_attempt_id,
    a.load_run_file_id,
    f.s3_key,
    f.extract,
    a.finished_at IS NOT NULL,
    a.pid,
    a.outcome,
    f.path,
    f.size_bytes,
    f.rows_read,
    f.rows_ingested,
    f.rows_unchanged,
    f.rows_duplicate,
    f.rows_rejected,
    coalesce(a.problem, f.status_reason),
    a.error_class,
    round(EXTRACT(epoch FROM a.finished_at - a.started_at), 2)::double precision
FROM etl.file_attempts AS a
JOIN etl.load_run_files AS f USING (load_run_file_id)
WHERE a.load_run_id = p_load_run_id AND a.action = 'process' AND a.file_attempt_id > p_after
ORDER BY a.file_attempt_id;
$attempts_of_run$;
COMMENT ON FUNCTION etl.attempts_of_run(bigint, bigint) IS
    'The attempts of a run to process files that come after the attempt p_after, with the counts of their files; for the driver''s log.';
