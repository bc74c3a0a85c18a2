CREATE OR REPLACE FUNCTION etl.finish_run(p_load_run_id bigint)
RETURNS SETOF etl.load_runs
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $finish_run$
UPDATE etl.load_run_files AS f
SET status_reason = 'not processed: the run ended, or another session held the extract; the next run processes it'
FROM etl.load_run_plan AS p
WHERE p.load_run_id = p_load_run_id AND f.load_run_file_id = p.load_run_file_id
    AND f.status = 'landed' AND f.status_reason IS NULL;

WITH states AS (
    SELECT
        count(*) FILTER (
            WHERE f.status IN ('processed', 'skipped', 'superseded', 'excluded')
                -- A file that counts keeps its status even if this run could not land or process it again.
                AND NOT EXISTS (
                    SELECT FROM etl.file_attempts AS a
                    WHERE a.file_attempt_id = f.file_attempt_id
                        AND a.load_run_id = p_load_run_id AND a.outcome = 'failed'
                )
        ) AS done,
        count(*) AS files
    FROM etl.load_run_plan AS p
    JOIN etl.load_run_files AS f USING (load_run_file_id)
    WHERE p.load_run_id = p_load_run_id
)
UPDATE etl.load_runs AS r
SET finished_at = clock_timestamp(),
    status = CASE WHEN s.done = s.files THEN 'succeeded' WHEN s.done > 0 THEN 'partial' ELSE 'failed' END
FROM states AS s
WHERE r.load_run_id = p_load_run_id
RETURNING r.*;
$finish_run$;
COMMENT ON FUNCTION etl.finish_run(bigint) IS
    'Closes a run: succeeded if all its files are done, partial if some, failed if none. Returns its row.';
