CREATE OR REPLACE FUNCTION etl.plan_batches(p_source text, p_options jsonb DEFAULT '{}')
RETURNS TABLE (
    batch timestamptz,
    tenant text[],
    land bigint,
    process bigint,
    hold bigint,
    leave bigint,
    done bigint,
    bytes bigint,
    missing text[],
    seconds numeric
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $plan_batches$
-- Workers share a batch, but it takes at least as long as its longest file.
DECLARE
    v_jobs integer;
BEGIN
    SELECT o.jobs INTO v_jobs FROM etl.read_options(p_source, p_options) AS o;
    RETURN QUERY
    WITH times AS MATERIALIZED (
        SELECT * FROM etl.past_times(p_source)
    ),
    files AS (
        SELECT
            p.*,
            CASE p.action
                WHEN 'land' THEN
                    land.least_seconds + land.seconds_per_byte * p.size_bytes
                    + process.least_seconds + process.seconds_per_byte * p.size_bytes
                WHEN 'process' THEN process.least_seconds + process.seconds_per_byte * p.size_bytes
            END AS seconds
        FROM etl.plan_files(p_source, p_options) AS p
        LEFT JOIN times AS land ON land.extract = p.extract AND land.action = 'land'
        LEFT JOIN times AS process ON process.extract = p.extract AND process.action = 'process'
    ),
    whole AS MATERIALIZED (
        SELECT b.tenant, b.batch, b.files_done, b.missing FROM etl.batches AS b WHERE b.source = p_source
    ),
    batches AS (
        SELECT
            f.batch,
            f.tenant,
            min(f.ordinal) AS ordinal,
            count(*) FILTER (WHERE f.action = 'land') AS land,
            count(*) FILTER (WHERE f.action = 'process') AS process,
            count(*) FILTER (WHERE f.action = 'hold') AS hold,
            count(*) FILTER (WHERE f.action = 'leave') AS leave,
            coalesce(sum(f.size_bytes) FILTER (WHERE f.action = 'land'), 0)::bigint AS bytes,
            greatest(sum(f.seconds) / v_jobs, max(f.seconds)) AS seconds
        FROM files AS f
        GROUP BY f.batch, f.tenant
    )
    SELECT
        b.batch,
        b.tenant,
        b.land,
        b.process,
        b.hold,
        b.leave,
        coalesce(w.files_done, 0),
        b.bytes,
        coalesce(w.missing, '{}'),
        round(b.seconds, 3)
    FROM batches AS b
    LEFT JOIN whole AS w ON w.tenant = b.tenant AND w.batch = b.batch
    ORDER BY b.ordinal;
END;
$plan_batches$;
COMMENT ON FUNCTION etl.plan_batches(text, jsonb) IS
    'The plan of etl.plan_files by batch and tenant: number of files for each action, missing extracts, and the estimated seconds with as many workers as the option jobs sets (default: 1).';
