CREATE TABLE etl.feature_flags (
    name text NOT NULL,
    extract text NOT NULL DEFAULT '',
    is_on boolean NOT NULL,
    PRIMARY KEY (name, extract)
);
COMMENT ON TABLE etl.feature_flags IS 'Switches of behaviour; a row of an extract goes before the row for all.';
COMMENT ON COLUMN etl.feature_flags.name IS
    'mirror: absent keys are closed; hold_incomplete_batches: a batch that lacks an extract is not landed (extract: empty).';
COMMENT ON COLUMN etl.feature_flags.extract IS 'The extract it is for; empty: all.';
COMMENT ON COLUMN etl.feature_flags.is_on IS 'Whether it is on.';

INSERT INTO etl.feature_flags (name, is_on)
VALUES
    ('hold_incomplete_batches', false),
    ('mirror', true)
ON CONFLICT DO NOTHING;
