CREATE TABLE etl.config (
    name text NOT NULL PRIMARY KEY,
    value text NOT NULL,
    description text NOT NULL
);
COMMENT ON TABLE etl.config IS 'Settings of the engine that an operator may change.';
COMMENT ON COLUMN etl.config.name IS 'Name of the setting.';
COMMENT ON COLUMN etl.config.value IS 'Its value.';
COMMENT ON COLUMN etl.config.description IS 'What it does.';

INSERT INTO etl.config (name, value, description)
VALUES
    ('analyze_rows', '20000', 'Files of this many rows or more refresh the statistics of the tables they fill.'),
    ('analyze_file_bytes', '8388608', 'Bytes: files of this size or more are made known to the planner.'),
    ('analyze_work_bytes', '65536', 'Work tables of this size or more have statistics made when they are filled.'),
    ('clear_bytes', '8388608', 'Work tables larger than this are truncated after a file, smaller ones deleted from.'),
    ('hours_ahead', '24', 'Hours: files whose DateExtracted is further in the future are held.'),
    ('rewrite_bytes', '268435456', 'Bytes: larger tables are rewritten only by make migrate ARGS=--rewrite.')
ON CONFLICT DO NOTHING;
