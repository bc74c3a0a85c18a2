CREATE TABLE etl.shapes (
    extract text NOT NULL REFERENCES etl.extracts ON DELETE CASCADE,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > since),
    columns text[] NOT NULL,
    headings text[] NOT NULL,
    rules_hash text NOT NULL,
    PRIMARY KEY (extract, since)
);
COMMENT ON TABLE etl.shapes IS 'The shapes of each extract, by DateExtracted: a new row when a column comes, goes or moves.';
COMMENT ON COLUMN etl.shapes.extract IS 'The extract.';
COMMENT ON COLUMN etl.shapes.since IS 'First DateExtracted of the shape; -infinity: from the first file on.';
COMMENT ON COLUMN etl.shapes.until IS 'First DateExtracted of the next shape; infinity: there is none yet.';
COMMENT ON COLUMN etl.shapes.columns IS 'Columns in the order of the file.';
COMMENT ON COLUMN etl.shapes.headings IS 'Their headings as the source spells them.';
COMMENT ON COLUMN etl.shapes.rules_hash IS 'Hash of everything in the contract that can change values or verdicts of these columns.';
