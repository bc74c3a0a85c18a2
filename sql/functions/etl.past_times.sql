CREATE OR REPLACE FUNCTION etl.past_times(p_source text)
RETURNS TABLE ("extract" text, action text, least_seconds numeric, seconds_per_byte numeric)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $past_times$
-- The estimate of a file: the time of the fastest file, plus the average time per byte. It uses the newest attempts at
-- the extract, or at all extracts if the extract has none.
WITH recent AS (
    SELECT
        f.extract,
        a.action,
        f.size_bytes,
        EXTRACT(epoch FROM a.finished_at - a.started_at) AS seconds
    FROM etl.file_attempts AS a
    JOIN etl.load_run_files AS f USING (load_run_file_id)
    WHERE f.source = p_source AND a.outcome = 'succeeded' AND a.action IN ('land', 'process')
        AND a.file_attempt_id > (SELECT max(newest.file_attempt_id) FROM etl.file_attempts AS newest) - 5000
),
measured AS (
    SELECT
        r.extract,
        r.action,
        min(r.seconds) AS least,
        (sum(r.seconds) - count(*) * min(r.seconds)) / greatest(sum(r.size_bytes), 1) AS per_byte
    FROM recent AS r
    GROUP BY GROUPING SETS ((r.extract, r.action), (r.action))
)
SELECT e.extract, a.action, coalesce(own.least, other.least), coalesce(own.per_byte, other.per_byte)
FROM etl.extracts AS e
CROSS JOIN (VALUES ('land'), ('process')) AS a (action)
JOIN measured AS other ON other.extract IS NULL AND other.action = a.action
LEFT JOIN measured AS own ON own.extract = e.extract AND own.action = a.action
WHERE e.source = p_source;
$past_times$;
COMMENT ON FUNCTION etl.past_times(text) IS
    'How long landing and processing took in recent attempts, by extract: the minimum, and the time per byte. No rows: there were none.';
