CREATE OR REPLACE VIEW etl.batches AS
SELECT
    b.source,
    b.tenant,
    b.batch,
    b.files,
    b.files_pending,
    b.files_done,
    b.size_bytes,
    ARRAY(
        SELECT e.extract
        FROM etl.extracts AS e
        WHERE e.source = b.source AND e.every_batch AND e.extract <> ALL (b.extracts)
        ORDER BY e.load_order
    ) AS missing,
    b.is_begun,
    b.first_seen
FROM (
    SELECT
        f.source,
        f.tenant,
        f.date_extracted AS batch,
        count(*) AS files,
        count(*) FILTER (WHERE f.status = 'pending') AS files_pending,
        count(*) FILTER (WHERE f.status IN ('processed', 'skipped', 'superseded', 'excluded')) AS files_done,
        sum(f.size_bytes)::bigint AS size_bytes,
        array_agg(DISTINCT f.extract) AS extracts,
        bool_or(f.file_hash IS NOT NULL) AS is_begun,
        min(f.discovered_at) AS first_seen
    FROM etl.load_run_files AS f
    JOIN etl.tenants AS t ON t.source = f.source AND t.tenant = f.tenant
    GROUP BY f.source, f.tenant, f.date_extracted
) AS b;
COMMENT ON VIEW etl.batches IS 'One row per batch of a known tenant: the counts of its files, and the extracts that it lacks.';
COMMENT ON COLUMN etl.batches.source IS 'The feed.';
COMMENT ON COLUMN etl.batches.tenant IS 'Values of the tenant columns of the source, in their order.';
COMMENT ON COLUMN etl.batches.batch IS 'DateExtracted.';
COMMENT ON COLUMN etl.batches.files IS 'Files in the batch.';
COMMENT ON COLUMN etl.batches.files_pending IS 'Of these, waiting to be landed.';
COMMENT ON COLUMN etl.batches.files_done IS 'Of these, processed, skipped, superseded or excluded.';
COMMENT ON COLUMN etl.batches.size_bytes IS 'Bytes of its files.';
COMMENT ON COLUMN etl.batches.missing IS 'Extracts with every_batch in the contract that have no file in the batch.';
COMMENT ON COLUMN etl.batches.is_begun IS 'Whether a file of the batch was landed; from then on the batch is not held back.';
COMMENT ON COLUMN etl.batches.first_seen IS 'When a listing first showed a file of the batch.';
