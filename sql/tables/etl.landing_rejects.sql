CREATE UNLOGGED TABLE etl.landing_rejects (
    load_run_file_id bigint NOT NULL,
    line_no bigint NOT NULL,
    row_text text,
    code text NOT NULL,
    reason text NOT NULL
);
COMMENT ON TABLE etl.landing_rejects IS
    'Where the driver copies rows that raw cannot hold for etl.finish_landing, which moves them to the rejects of the extract; nothing stays here.';
COMMENT ON COLUMN etl.landing_rejects.load_run_file_id IS 'The file.';
COMMENT ON COLUMN etl.landing_rejects.line_no IS 'Line of the file, from 1.';
COMMENT ON COLUMN etl.landing_rejects.row_text IS 'The row as delivered.';
COMMENT ON COLUMN etl.landing_rejects.code IS 'Kind of fault.';
COMMENT ON COLUMN etl.landing_rejects.reason IS 'The fault in words, without field content.';
