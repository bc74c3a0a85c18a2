CREATE TABLE etl.dq_results (
    load_run_file_id bigint NOT NULL,
    check_name text NOT NULL,
    passed boolean NOT NULL,
    measured numeric,
    threshold numeric,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (load_run_file_id, check_name)
);
COMMENT ON TABLE etl.dq_results IS 'Checks of a whole file, as they were when it was last processed.';
COMMENT ON COLUMN etl.dq_results.load_run_file_id IS 'The file.';
COMMENT ON COLUMN etl.dq_results.check_name IS 'reject_rate, mirror_close_share, unknown_domain_values:<column>.';
COMMENT ON COLUMN etl.dq_results.passed IS 'Whether it passed.';
COMMENT ON COLUMN etl.dq_results.measured IS 'What was measured.';
COMMENT ON COLUMN etl.dq_results.threshold IS 'What was allowed.';
COMMENT ON COLUMN etl.dq_results.checked_at IS 'When.';
