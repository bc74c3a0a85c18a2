CREATE OR REPLACE FUNCTION etl.plan_files(p_source text, p_options jsonb DEFAULT '{}')
RETURNS TABLE (
    ordinal bigint,
    load_run_file_id bigint,
    "extract" text,
    tenant text[],
    batch timestamptz,
    s3_key text,
    size_bytes bigint,
    status text,
    action text,
    reason text
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $plan_files$
DECLARE
    v_options record;
    v_holds boolean;
BEGIN
    SELECT o.* INTO v_options FROM etl.read_options(p_source, p_options) AS o;
    v_holds := coalesce(
        (v_options.overrides ->> 'hold_incomplete_batches')::boolean, etl.flag_is_on('hold_incomplete_batches', '')
    );
    RETURN QUERY
    WITH held_back AS MATERIALIZED (
        SELECT b.tenant, b.batch, array_to_string(b.missing, ', ') AS missing
        FROM etl.batches AS b
        WHERE v_holds AND b.source = p_source AND b.missing <> '{}' AND NOT b.is_begun
    ),
    files AS (
        SELECT
            f.*,
            f AS file,
            e.load_order,
            f.date_extracted AT TIME ZONE s.timezone AS local_batch,
            max(f.date_extracted) OVER () AS newest_batch,
            f.s3_bucket <> v_options.bucket AS is_elsewhere,
            coalesce(f.date_extracted < z.horizon, false) AS is_frozen
        FROM etl.load_run_files AS f
        JOIN etl.extracts AS e USING (extract)
        JOIN etl.sources AS s ON s.source = f.source
        LEFT JOIN etl.horizons AS z USING (extract)
        WHERE f.source = p_source
            AND (v_options.prefix IS NULL OR starts_with(f.s3_key, v_options.prefix))
    ),
    wanted AS (
        SELECT
            f.*,
            (v_options.extracts IS NULL OR f.extract = ANY (v_options.extracts))
            AND (v_options.mode <> 'latest' OR f.date_extracted = f.newest_batch)
            AND f.local_batch >= coalesce(v_options.first_batch, '-infinity')
            AND f.local_batch <= coalesce(v_options.last_batch, 'infinity') AS is_wanted
        FROM files AS f
    ),
    judged AS (
        SELECT
            w.*,
            h.missing,
            CASE WHEN p_options ? 'kind' THEN etl.named_kind(w.file) END AS named_kind,
            CASE
                WHEN w.status = 'held' THEN 'hold'
                WHEN NOT w.is_wanted THEN 'leave'
                WHEN w.status IN ('pending', 'loading') AND w.is_elsewhere THEN 'leave'
                WHEN w.status IN ('pending', 'loading') AND v_options.mode = 'retry' THEN 'leave'
                WHEN w.status IN ('pending', 'loading') AND h.missing IS NOT NULL THEN 'hold'
                WHEN w.status IN ('pending', 'loading') THEN 'land'
                WHEN w.status IN ('landed', 'processing') THEN 'process'
                WHEN w.status = 'failed' AND v_options.mode = 'retry' AND w.file_hash IS NOT NULL THEN 'process'
                WHEN w.is_elsewhere THEN 'leave'
                WHEN w.status = 'failed' AND v_options.mode = 'retry' THEN 'land'
                WHEN w.status = 'failed' AND v_options.is_forced THEN 'land'
                ELSE 'leave'
            END AS action
        FROM wanted AS w
        LEFT JOIN held_back AS h ON h.tenant = w.tenant AND h.batch = w.date_extracted
        WHERE w.status NOT IN ('processed', 'skipped', 'superseded', 'excluded')
            OR (w.status = 'processed' AND v_options.is_forced AND w.is_wanted AND NOT w.is_frozen)
    )
    SELECT
        row_number() OVER (
            ORDER BY
                j.action IN ('leave', 'hold'),
                j.status NOT IN ('loading', 'landed', 'processing'),
                j.date_extracted, j.load_order, j.date_from NULLS FIRST, j.s3_key COLLATE "C", j.load_run_file_id
        ),
        j.load_run_file_id,
        j.extract,
        j.tenant,
        j.date_extracted,
        j.s3_key,
        j.size_bytes,
        j.status,
        j.action,
        CASE
            WHEN j.status = 'held' THEN 'held: ' || coalesce(j.status_reason, '')
            WHEN j.action = 'hold' THEN 'held: its batch lacks ' || j.missing
            WHEN j.action = 'leave' AND NOT j.is_wanted THEN 'left out by the options of this run'
            WHEN j.status = 'processed' THEN format(
                'it counts; to read it once more, the owner calls etl.reread_file(%s, reason)', j.load_run_file_id
            )
            WHEN j.action = 'leave' AND j.is_elsewhere THEN 'is in another bucket: ' || j.s3_bucket
            WHEN j.action = 'leave' AND j.status = 'failed'
                THEN 'failed before: ' || coalesce(j.status_reason, '') || '; --mode retry takes it'
            WHEN j.action = 'leave' THEN 'has not failed before, so --mode retry leaves it out'
            WHEN j.status = 'failed' THEN 'failed before'
            WHEN j.status IN ('loading', 'landed', 'processing') THEN 'unfinished'
            WHEN j.reading > 1 THEN 'read again: ' || coalesce(j.status_reason, '')
            WHEN EXISTS (
                SELECT FROM etl.load_run_files AS o
                WHERE o.s3_bucket = j.s3_bucket AND o.s3_key = j.s3_key AND o.load_run_file_id <> j.load_run_file_id
            ) THEN 'new version'
            ELSE 'new'
        END
        || CASE
            WHEN j.action IN ('land', 'process') AND j.named_kind <> p_options ->> 'kind'
                THEN format('; its name says %s, so --kind does not hold for it', j.named_kind)
            ELSE ''
        END
    FROM judged AS j;
END;
$plan_files$;
COMMENT ON FUNCTION etl.plan_files(text, jsonb) IS
    'What a run with these options would do with each open file (land, process, hold or leave), in order, and why. If the options name a bucket, only files of this bucket are landed. RC003, RC006, RC009: as in etl.read_options.';
