CREATE TABLE etl.load_run_plan (
    load_run_id bigint NOT NULL REFERENCES etl.load_runs ON DELETE CASCADE,
    ordinal integer NOT NULL,
    load_run_file_id bigint NOT NULL,
    action text NOT NULL CHECK (action IN ('land', 'process')),
    is_forced boolean NOT NULL DEFAULT false,
    is_landed boolean NOT NULL DEFAULT false,
    failures integer NOT NULL DEFAULT 0,
    workers_lost integer NOT NULL DEFAULT 0,
    reason text NOT NULL,
    PRIMARY KEY (load_run_id, load_run_file_id)
);
CREATE INDEX load_run_plan_to_land_idx ON etl.load_run_plan (load_run_id, failures, ordinal)
WHERE action = 'land' AND NOT is_landed;
COMMENT ON TABLE etl.load_run_plan IS 'The files that a run is to land and process, in order.';
COMMENT ON COLUMN etl.load_run_plan.load_run_id IS 'The run.';
COMMENT ON COLUMN etl.load_run_plan.ordinal IS 'Order, from 1.';
COMMENT ON COLUMN etl.load_run_plan.load_run_file_id IS 'The file.';
COMMENT ON COLUMN etl.load_run_plan.action IS 'land (and process) or process.';
COMMENT ON COLUMN etl.load_run_plan.is_forced IS 'Whether --force lands it again: it had failed.';
COMMENT ON COLUMN etl.load_run_plan.is_landed IS 'Whether the run is done with landing the file: it was landed or skipped, or it failed and a retry cannot help.';
COMMENT ON COLUMN etl.load_run_plan.failures IS 'Failed attempts of this run to land the file.';
COMMENT ON COLUMN etl.load_run_plan.workers_lost IS 'Workers that died in this run while they processed the file.';
COMMENT ON COLUMN etl.load_run_plan.reason IS 'Why the file was chosen.';
