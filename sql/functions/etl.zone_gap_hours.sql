CREATE OR REPLACE FUNCTION etl.zone_gap_hours(p_timezone text)
RETURNS text[]
LANGUAGE sql
STABLE
AS $zone_gap_hours$
-- Quarters of an hour of local time that do not survive the way to UTC and back, 1900 to 2100. Days whose
-- midnights are 24 hours apart hold none, so only the others are looked at closely.
WITH days AS (
    SELECT d::timestamp AS day
    FROM pg_catalog.generate_series(timestamp '1900-01-01', timestamp '2100-01-01', interval '1 day') AS d
),
short_days AS (
    SELECT day
    FROM days
    WHERE
        (day + interval '1 day') AT TIME ZONE p_timezone - day AT TIME ZONE p_timezone < interval '24 hours'
        OR day AT TIME ZONE p_timezone AT TIME ZONE p_timezone <> day
),
quarters AS (
    SELECT day + n * interval '15 minutes' AS local_time
    FROM short_days
    CROSS JOIN pg_catalog.generate_series(-96, 191) AS n
)
SELECT coalesce(pg_catalog.array_agg(DISTINCT pg_catalog.to_char(local_time, 'HH24')), '{}')
FROM quarters
WHERE local_time AT TIME ZONE p_timezone AT TIME ZONE p_timezone <> local_time;
$zone_gap_hours$;
COMMENT ON FUNCTION etl.zone_gap_hours(text) IS
    'Hours of the day, 00 to 23, in which a zone skips local time on some day of 1900 to 2100.';
