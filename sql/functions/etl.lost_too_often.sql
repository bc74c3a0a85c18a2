CREATE OR REPLACE FUNCTION etl.lost_too_often(p_load_run_file_id bigint, p_load_run_id bigint)
RETURNS boolean
LANGUAGE sql
STABLE
AS $lost_too_often$
-- Where a file ends each session that processes it, the others have their turn, and the next run tries it again.
SELECT pg_catalog.count(*) >= 3
FROM etl.file_attempts AS a
WHERE a.load_run_file_id = p_load_run_file_id
    AND a.load_run_id = p_load_run_id
    AND a.action = 'process'
    AND (a.outcome = 'lost' OR a.finished_at IS NULL);
$lost_too_often$;
COMMENT ON FUNCTION etl.lost_too_often(bigint, bigint) IS 'Whether a run has lost three workers over a file.';
