-- The end of each migration, when all objects exist: descriptions of columns, and who may read and call what.
CALL etl.describe_columns();
CALL etl.warn_of_log_settings();

REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA etl FROM PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA core TO app_reader;

-- The auditor reads the audit and the raw views, never the pseudonym key.
GRANT SELECT ON ALL TABLES IN SCHEMA etl TO etl_auditor;
REVOKE ALL ON etl.pseudonym_keys FROM etl_auditor;
GRANT SELECT ON core.files TO etl_auditor;
GRANT EXECUTE ON FUNCTION
    etl.trace(text, jsonb), etl.verify(text), etl.ruleset_fingerprint(text, timestamptz), etl.risky_log_settings()
TO etl_auditor;

-- The driver reads what it needs to plan and report, and lands rows. It makes all other changes through routines.
GRANT INSERT ON etl.s3_listing, etl.landing_rejects TO etl_writer;
GRANT SELECT ON
    etl.sources, etl.extracts, etl.columns, etl.shapes, etl.tenants, etl.s3_objects, etl.load_runs,
    etl.load_run_plan, etl.load_run_files, etl.file_attempts, etl.batches, etl.run_summary, etl.run_files,
    etl.schema_drift, etl.health
TO etl_writer;
GRANT EXECUTE ON FUNCTION
    etl.lock_source(text), etl.unlock_source(text), etl.start_run(text, jsonb), etl.finish_run(bigint),
    etl.register_listing(text, text), etl.session_mark(), etl.list_sources(), etl.list_extracts(text),
    etl.read_options(text, jsonb), etl.plan_files(text, jsonb), etl.held_files(text, jsonb),
    etl.chosen_files(text, jsonb), etl.plan_batches(text, jsonb), etl.plan_run(bigint),
    etl.join_run(text, bigint, text), etl.number_lines(bigint, bigint), etl.start_landing(bigint, integer),
    etl.claim_landing(bigint),
    etl.finish_landing(bigint, text, text, bigint, bigint, bigint, text),
    etl.skip_landing(bigint, text, text), etl.fail_landing(bigint, text, text, boolean, text),
    etl.next_file(bigint, timestamptz), etl.take_file(bigint), etl.begin_round(timestamptz),
    etl.attempts_of_run(bigint, bigint), etl.run_progress(bigint), etl.files_with_others(bigint, integer[]),
    etl.interrupted_files(bigint), etl.summary_of_run(bigint), etl.open_files(bigint), etl.report_health(),
    etl.count_files(text), etl.newest_runs(text), etl.unread_names(text, bigint), etl.key_columns(text),
    etl.drifted_files(text, text), etl.propose_drift(bigint, bigint, text[], text, text, jsonb),
    etl.decide_drift(bigint, text, text), etl.commit_refusal(), etl.run_exists(bigint),
    etl.ruleset_fingerprint(text, timestamptz), etl.risky_log_settings(), etl.verify(text), etl.trace(text, jsonb)
TO etl_writer;
GRANT EXECUTE ON PROCEDURE
    etl.process_batch(bigint), etl.process_landed(bigint), etl.raise_unknown_run(bigint),
    etl.refuse_transaction_block(text), etl.process_file(bigint), etl.fail_processing(bigint, text, text)
TO etl_writer;
