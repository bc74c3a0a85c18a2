CREATE OR REPLACE VIEW etl.health AS
SELECT
    s.source,
    (
        SELECT max(r.finished_at)
        FROM etl.load_runs AS r
        WHERE r.source = s.source AND r.status = 'succeeded'
    ) AS last_success,
    max(f.date_extracted) FILTER (WHERE f.is_counting) AS newest_batch,
    count(f.*) FILTER (WHERE f.status IN ('pending', 'loading', 'landed', 'processing')) AS files_open,
    count(f.*) FILTER (WHERE f.status = 'failed') AS files_failed,
    count(f.*) FILTER (WHERE f.status = 'held') AS files_held,
    count(f.*) FILTER (
        WHERE f.is_counting AND f.ruleset_fingerprint <> rules.fingerprint AND f.date_extracted >= rules.horizon
    ) AS files_stale,
    (
        SELECT count(DISTINCT (d.tenant, d.date_extracted))
        FROM etl.dq_results AS d
        WHERE d.load_run_file_id IS NULL AND d.source = s.source AND NOT d.passed
    ) AS batches_incomplete,
    (SELECT count(*) FROM etl.s3_objects AS o WHERE o.source = s.source AND o.name_problem IS NOT NULL) AS names_unread,
    etl.risky_log_settings() AS risky_log_settings
FROM etl.sources AS s
LEFT JOIN (
    SELECT
        e.source,
        e.extract,
        h.since,
        h.until,
        etl.ruleset_fingerprint(h.extract, h.since) AS fingerprint,
        coalesce(z.horizon, '-infinity') AS horizon
    FROM etl.extracts AS e
    JOIN etl.shapes AS h USING (extract)
    LEFT JOIN etl.horizons AS z USING (extract)
) AS rules ON rules.source = s.source
LEFT JOIN etl.load_run_files AS f
    ON f.extract = rules.extract AND f.date_extracted >= rules.since AND f.date_extracted < rules.until
GROUP BY s.source;
COMMENT ON VIEW etl.health IS 'One row per source: what needs the attention of an operator.';
COMMENT ON COLUMN etl.health.source IS 'The feed.';
COMMENT ON COLUMN etl.health.last_success IS 'End of the last run in which every file was done.';
COMMENT ON COLUMN etl.health.newest_batch IS 'Newest DateExtracted in core.';
COMMENT ON COLUMN etl.health.files_open IS 'Files that the next run lands or processes.';
COMMENT ON COLUMN etl.health.files_failed IS 'Files that failed; --mode retry retries them.';
COMMENT ON COLUMN etl.health.files_held IS 'Files that wait for a decision or a tenant.';
COMMENT ON COLUMN etl.health.files_stale IS 'Stale files from the horizon on: counting files whose verdicts were made by different rules.';
COMMENT ON COLUMN etl.health.batches_incomplete IS 'Batches that lack an extract: see etl.batches.missing.';
COMMENT ON COLUMN etl.health.names_unread IS 'Objects whose names could not be parsed: see etl.s3_objects.name_problem.';
COMMENT ON COLUMN etl.health.risky_log_settings IS
    'Settings of the server that let field content into its log, see docs/reference.md; empty: none.';
