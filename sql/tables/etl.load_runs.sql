CREATE TABLE etl.load_runs (
    load_run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES etl.sources,
    status text NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'partial', 'failed')),
    mode text NOT NULL CHECK (mode IN ('new', 'latest', 'backfill', 'batch', 'retry', 'reprocess')),
    trigger text NOT NULL,
    requested_by text NOT NULL,
    parameters jsonb NOT NULL,
    notes text,
    started_at timestamptz NOT NULL,
    finished_at timestamptz
);
COMMENT ON TABLE etl.load_runs IS 'One row per run: a start of the driver, or a call of a procedure that reprocesses files.';
COMMENT ON COLUMN etl.load_runs.load_run_id IS 'The run.';
COMMENT ON COLUMN etl.load_runs.source IS 'The feed that the run loads.';
COMMENT ON COLUMN etl.load_runs.status IS 'queued, running, succeeded, partial (some files failed or are held) or failed.';
COMMENT ON COLUMN etl.load_runs.mode IS 'How its files were chosen.';
COMMENT ON COLUMN etl.load_runs.trigger IS 'What started it: driver or psql.';
COMMENT ON COLUMN etl.load_runs.requested_by IS 'Login that started it.';
COMMENT ON COLUMN etl.load_runs.parameters IS 'Options and overrides it was started with.';
COMMENT ON COLUMN etl.load_runs.notes IS 'Remark of the person who started it.';
COMMENT ON COLUMN etl.load_runs.started_at IS 'Start.';
COMMENT ON COLUMN etl.load_runs.finished_at IS 'End; NULL while it runs.';
