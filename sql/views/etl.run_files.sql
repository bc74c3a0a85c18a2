CREATE OR REPLACE VIEW etl.run_files AS
SELECT
    p.load_run_id,
    p.ordinal,
    f.load_run_file_id,
    f.extract,
    f.date_extracted AS batch,
    f.s3_key,
    f.s3_version_id,
    f.size_bytes,
    f.status,
    f.status_reason AS problem,
    a.sqlstate,
    a.error_class,
    f.path,
    f.rows_read,
    f.rows_ingested,
    f.rows_unchanged,
    f.rows_duplicate,
    f.rows_rejected,
    f.core_inserted,
    f.core_updated,
    f.core_closed
FROM etl.load_run_plan AS p
JOIN etl.load_run_files AS f USING (load_run_file_id)
LEFT JOIN etl.file_attempts AS a ON a.file_attempt_id = f.file_attempt_id;
COMMENT ON VIEW etl.run_files IS 'The files of each run, with status, reason and counts.';
COMMENT ON COLUMN etl.run_files.load_run_id IS 'The run.';
COMMENT ON COLUMN etl.run_files.ordinal IS 'Order in the run.';
COMMENT ON COLUMN etl.run_files.load_run_file_id IS 'The file.';
COMMENT ON COLUMN etl.run_files.extract IS 'The extract.';
COMMENT ON COLUMN etl.run_files.batch IS 'DateExtracted.';
COMMENT ON COLUMN etl.run_files.s3_key IS 'Key.';
COMMENT ON COLUMN etl.run_files.s3_version_id IS 'Version of the object.';
COMMENT ON COLUMN etl.run_files.size_bytes IS 'Size in bytes.';
COMMENT ON COLUMN etl.run_files.status IS 'Status of the file now.';
COMMENT ON COLUMN etl.run_files.problem IS 'Why it failed, is held or was skipped.';
COMMENT ON COLUMN etl.run_files.sqlstate IS 'SQLSTATE of its newest attempt.';
COMMENT ON COLUMN etl.run_files.error_class IS 'Class of the error of its newest attempt.';
COMMENT ON COLUMN etl.run_files.path IS 'in order or late.';
COMMENT ON COLUMN etl.run_files.rows_read IS 'Rows in the file.';
COMMENT ON COLUMN etl.run_files.rows_ingested IS 'Rows offered to stg.';
COMMENT ON COLUMN etl.run_files.rows_unchanged IS 'Rows skipped as unchanged.';
COMMENT ON COLUMN etl.run_files.rows_duplicate IS 'Rows that another row of the same key replaced.';
COMMENT ON COLUMN etl.run_files.rows_rejected IS 'Rows rejected.';
COMMENT ON COLUMN etl.run_files.core_inserted IS 'Rows or versions added to core.';
COMMENT ON COLUMN etl.run_files.core_updated IS 'Rows or versions of core that changed.';
COMMENT ON COLUMN etl.run_files.core_closed IS 'Keys that were closed or lost all observations.';
