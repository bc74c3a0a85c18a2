CREATE TABLE etl.file_types (
    source text NOT NULL REFERENCES etl.sources ON DELETE CASCADE,
    file_type text NOT NULL,
    extract text NOT NULL REFERENCES etl.extracts ON DELETE CASCADE,
    PRIMARY KEY (source, file_type)
);
COMMENT ON TABLE etl.file_types IS 'How extracts are spelled in file names.';
COMMENT ON COLUMN etl.file_types.source IS 'The feed.';
COMMENT ON COLUMN etl.file_types.file_type IS 'The spelling, in lower case; names match in any case.';
COMMENT ON COLUMN etl.file_types.extract IS 'The extract that it means.';
