CREATE OR REPLACE VIEW etl.run_summary AS
SELECT
    f.load_run_id,
    f.batch,
    f.extract,
    count(*) AS files,
    count(*) FILTER (WHERE f.status = 'processed') AS files_processed,
    count(*) FILTER (WHERE f.status = 'failed') AS files_failed,
    count(*) FILTER (WHERE f.status = 'held') AS files_held,
    count(*) FILTER (WHERE f.status = 'skipped') AS files_skipped,
    coalesce(sum(f.rows_read), 0)::bigint AS rows_read,
    coalesce(sum(f.rows_ingested), 0)::bigint AS rows_ingested,
    coalesce(sum(f.rows_unchanged), 0)::bigint AS rows_unchanged,
    coalesce(sum(f.rows_duplicate), 0)::bigint AS rows_duplicate,
    coalesce(sum(f.rows_rejected), 0)::bigint AS rows_rejected,
    coalesce(sum(f.core_inserted), 0)::bigint AS core_inserted,
    coalesce(sum(f.core_updated), 0)::bigint AS core_updated,
    coalesce(sum(f.core_closed), 0)::bigint AS core_closed
FROM etl.run_files AS f
GROUP BY f.load_run_id, f.batch, f.extract;
COMMENT ON VIEW etl.run_summary IS 'Counts of each run by batch and extract.';
COMMENT ON COLUMN etl.run_summary.load_run_id IS 'The run.';
COMMENT ON COLUMN etl.run_summary.batch IS 'DateExtracted.';
COMMENT ON COLUMN etl.run_summary.extract IS 'The extract.';
COMMENT ON COLUMN etl.run_summary.files IS 'Files in the run.';
COMMENT ON COLUMN etl.run_summary.files_processed IS 'Of these, processed.';
COMMENT ON COLUMN etl.run_summary.files_failed IS 'Of these, failed.';
COMMENT ON COLUMN etl.run_summary.files_held IS 'Of these, held.';
COMMENT ON COLUMN etl.run_summary.files_skipped IS 'Of these, skipped.';
COMMENT ON COLUMN etl.run_summary.rows_read IS 'Rows read.';
COMMENT ON COLUMN etl.run_summary.rows_ingested IS 'Rows offered to stg.';
COMMENT ON COLUMN etl.run_summary.rows_unchanged IS 'Rows skipped as unchanged.';
COMMENT ON COLUMN etl.run_summary.rows_duplicate IS 'Rows that another row of the same key replaced.';
COMMENT ON COLUMN etl.run_summary.rows_rejected IS 'Rows rejected.';
COMMENT ON COLUMN etl.run_summary.core_inserted IS 'Rows or versions added to core.';
COMMENT ON COLUMN etl.run_summary.core_updated IS 'Rows or versions of core that changed.';
COMMENT ON COLUMN etl.run_summary.core_closed IS 'Keys that were closed or lost all observations.';
