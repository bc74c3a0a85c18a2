CREATE TABLE etl.horizons (
    extract text NOT NULL PRIMARY KEY REFERENCES etl.extracts ON DELETE CASCADE,
    horizon timestamptz NOT NULL,
    purged_at timestamptz NOT NULL,
    purged_by text NOT NULL
);
COMMENT ON TABLE etl.horizons IS
    'The time up to which raw was purged: history before the horizon of an extract is frozen. Written by etl.purge_raw; no row: raw was never purged.';
COMMENT ON COLUMN etl.horizons.extract IS 'The extract.';
COMMENT ON COLUMN etl.horizons.horizon IS 'Files extracted before this time are neither processed nor reprocessed.';
COMMENT ON COLUMN etl.horizons.purged_at IS 'When raw was last purged.';
COMMENT ON COLUMN etl.horizons.purged_by IS 'Login that purged it.';
