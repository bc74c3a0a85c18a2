CREATE TABLE etl.horizons (
    extract text NOT NULL PRIMARY KEY REFERENCES etl.extracts ON DELETE CASCADE,
    horizon timestamptz NOT NULL,
    purged_at timestamptz NOT NULL,
    purged_by text NOT NULL
);
COMMENT ON TABLE etl.horizons IS
    'How far back raw goes: history before the horizon of an extract is frozen. Written by etl.purge_raw; no row: all the way.';
COMMENT ON COLUMN etl.horizons.extract IS 'The extract.';
COMMENT ON COLUMN etl.horizons.horizon IS 'Files extracted before it are neither taken nor processed again.';
COMMENT ON COLUMN etl.horizons.purged_at IS 'When raw was last purged.';
COMMENT ON COLUMN etl.horizons.purged_by IS 'Login that purged it.';
