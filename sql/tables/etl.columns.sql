CREATE TABLE etl.columns (
    extract text NOT NULL REFERENCES etl.extracts ON DELETE CASCADE,
    position integer NOT NULL,
    column_name text NOT NULL,
    source_column text NOT NULL,
    data_type text NOT NULL,
    is_required boolean NOT NULL,
    domain text,
    check_expression text,
    tracked text NOT NULL CHECK (tracked IN ('history', 'latest', 'false')),
    pii text NOT NULL CHECK (pii IN ('drop', 'pseudonymise', 'keep')),
    description text NOT NULL,
    text_format text,
    since timestamptz,
    until timestamptz,
    PRIMARY KEY (extract, position)
);
COMMENT ON TABLE etl.columns IS 'The columns of each extract, as their contracts were when migrations were last applied.';
COMMENT ON COLUMN etl.columns.extract IS 'The extract.';
COMMENT ON COLUMN etl.columns.position IS 'Position in the contract, from 1; the columns of a file have this order.';
COMMENT ON COLUMN etl.columns.column_name IS 'Name in raw, stg and core. A column that moved has several rows.';
COMMENT ON COLUMN etl.columns.source_column IS 'Heading as the source spells it.';
COMMENT ON COLUMN etl.columns.data_type IS 'Type in stg and core.';
COMMENT ON COLUMN etl.columns.is_required IS 'Whether an empty field rejects the row.';
COMMENT ON COLUMN etl.columns.domain IS 'Domain (closed list of values) that the column is checked against.';
COMMENT ON COLUMN etl.columns.check_expression IS 'Condition that each row must meet.';
COMMENT ON COLUMN etl.columns.tracked IS 'history: a change opens a version; latest: core shows the newest value; false: a change of this column alone is ignored.';
COMMENT ON COLUMN etl.columns.pii IS 'What core receives: the value (keep), a pseudonym, or nothing (drop).';
COMMENT ON COLUMN etl.columns.text_format IS 'Text format, if it is not the default format of the type.';
COMMENT ON COLUMN etl.columns.description IS 'Meaning.';
COMMENT ON COLUMN etl.columns.since IS 'First DateExtracted whose files have the column at this position; NULL: the earliest files have it too.';
COMMENT ON COLUMN etl.columns.until IS 'First DateExtracted whose files no longer have the column at this position; NULL: the newest files still have it.';
