CREATE TABLE etl.dq_results (
    load_run_file_id bigint,
    source text,
    tenant text[] COLLATE "C",
    date_extracted timestamptz,
    check_name text NOT NULL,
    passed boolean NOT NULL,
    measured numeric,
    threshold numeric,
    checked_at timestamptz NOT NULL,
    CHECK (load_run_file_id IS NOT NULL OR num_nulls(source, tenant, date_extracted) = 0)
);
CREATE UNIQUE INDEX dq_results_file_idx ON etl.dq_results (load_run_file_id, check_name)
WHERE load_run_file_id IS NOT NULL;
CREATE UNIQUE INDEX dq_results_batch_idx ON etl.dq_results (source, tenant, date_extracted, check_name)
WHERE load_run_file_id IS NULL;
COMMENT ON TABLE etl.dq_results IS
    'Checks of whole files, from their last processing, and of batches, from the last listing.';
COMMENT ON COLUMN etl.dq_results.load_run_file_id IS 'The file; NULL: a check of a batch.';
COMMENT ON COLUMN etl.dq_results.source IS 'The feed, for a check of a batch.';
COMMENT ON COLUMN etl.dq_results.tenant IS 'The tenant, for a check of a batch.';
COMMENT ON COLUMN etl.dq_results.date_extracted IS 'DateExtracted of the batch, for a check of a batch.';
COMMENT ON COLUMN etl.dq_results.check_name IS
    'For a file: reject_rate, mirror_close_share, unknown_domain_values:<column>; for a batch: missing:<extract>.';
COMMENT ON COLUMN etl.dq_results.passed IS 'Whether the check passed.';
COMMENT ON COLUMN etl.dq_results.measured IS 'The measured value.';
COMMENT ON COLUMN etl.dq_results.threshold IS 'The highest value allowed.';
COMMENT ON COLUMN etl.dq_results.checked_at IS 'When it was checked.';
