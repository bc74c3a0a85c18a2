CREATE TABLE etl.feature_flags (
    name text NOT NULL,
    extract text NOT NULL DEFAULT '',
    is_on boolean NOT NULL,
    PRIMARY KEY (name, extract)
);
COMMENT ON TABLE etl.feature_flags IS 'Flags that change behaviour; the row of an extract overrides the row for all extracts.';
COMMENT ON COLUMN etl.feature_flags.name IS
    'mirror: absent keys are closed; hold_incomplete_batches: a batch that lacks an extract is not landed (extract: empty).';
COMMENT ON COLUMN etl.feature_flags.extract IS 'The extract that the flag is for; empty: all.';
COMMENT ON COLUMN etl.feature_flags.is_on IS 'Whether it is on.';

INSERT INTO etl.feature_flags (name, is_on)
VALUES
    ('hold_incomplete_batches', false),
    ('mirror', true)
ON CONFLICT DO NOTHING;
