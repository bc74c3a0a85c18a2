CREATE TABLE etl.file_attempts (
    file_attempt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    load_run_file_id bigint NOT NULL,
    load_run_id bigint,
    action text NOT NULL CHECK (action IN (
        'land', 'process', 'reprocess', 'exclude', 'readmit', 'release', 'reread', 'purge'
    )),
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    outcome text CHECK (outcome IN ('succeeded', 'failed', 'held', 'skipped', 'lost')),
    pid integer NOT NULL,
    rows_read bigint,
    bytes_read bigint,
    sqlstate text,
    error_class text,
    is_retryable boolean,
    problem text
) WITH (fillfactor = 80);
CREATE INDEX file_attempts_file_idx ON etl.file_attempts (load_run_file_id, file_attempt_id);
CREATE INDEX file_attempts_run_idx ON etl.file_attempts (load_run_id);
COMMENT ON TABLE etl.file_attempts IS
    'One row per attempt, committed before its work starts. If finished_at is NULL, it is in progress, or its worker died and no other has taken over yet.';
COMMENT ON COLUMN etl.file_attempts.file_attempt_id IS 'The attempt.';
COMMENT ON COLUMN etl.file_attempts.load_run_file_id IS 'The file.';
COMMENT ON COLUMN etl.file_attempts.load_run_id IS 'The run that made the attempt.';
COMMENT ON COLUMN etl.file_attempts.action IS 'land, process, reprocess, exclude, readmit, release, reread or purge.';
COMMENT ON COLUMN etl.file_attempts.started_at IS 'Start.';
COMMENT ON COLUMN etl.file_attempts.finished_at IS 'End.';
COMMENT ON COLUMN etl.file_attempts.outcome IS 'succeeded, failed, held, skipped, or lost (another worker took over).';
COMMENT ON COLUMN etl.file_attempts.pid IS 'Process id of the server session that made the attempt.';
COMMENT ON COLUMN etl.file_attempts.rows_read IS 'Rows it read.';
COMMENT ON COLUMN etl.file_attempts.bytes_read IS 'Bytes it read.';
COMMENT ON COLUMN etl.file_attempts.sqlstate IS 'SQLSTATE of its error.';
COMMENT ON COLUMN etl.file_attempts.error_class IS
    'connection, permission, not_found, rate_limited, integrity, bad_name, bad_content, drift, resource or internal.';
COMMENT ON COLUMN etl.file_attempts.is_retryable IS 'Whether the next run retries by itself.';
COMMENT ON COLUMN etl.file_attempts.problem IS 'What went wrong, in one line without field content.';
