CREATE TABLE etl.sources (
    source text NOT NULL PRIMARY KEY,
    title text NOT NULL,
    description text NOT NULL,
    format text NOT NULL,
    field_separator text NOT NULL,
    row_separator text NOT NULL,
    encoding text NOT NULL,
    header boolean NOT NULL,
    timezone text NOT NULL,
    tenant_columns text[] NOT NULL,
    full_before timestamptz,
    contract_fingerprint text NOT NULL DEFAULT '',
    quote text NOT NULL DEFAULT '',
    trailing_separator boolean NOT NULL DEFAULT false,
    open_end boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE etl.sources IS 'The feeds, as their source.yml was when migrations were last applied.';
COMMENT ON COLUMN etl.sources.source IS 'Name of the feed, and of its folder below contracts/.';
COMMENT ON COLUMN etl.sources.title IS 'Name for people.';
COMMENT ON COLUMN etl.sources.description IS 'What the feed is.';
COMMENT ON COLUMN etl.sources.format IS 'Kind of file: delimited.';
COMMENT ON COLUMN etl.sources.field_separator IS 'Characters between two fields.';
COMMENT ON COLUMN etl.sources.row_separator IS 'Characters after each row.';
COMMENT ON COLUMN etl.sources.encoding IS 'auto, utf-8, utf-16le, utf-16be or latin-1.';
COMMENT ON COLUMN etl.sources.header IS 'Whether the first row holds headings.';
COMMENT ON COLUMN etl.sources.timezone IS 'Zone of local times in names and files.';
COMMENT ON COLUMN etl.sources.tenant_columns IS 'Columns that name the tenant, in the order of every key; empty: no tenants.';
COMMENT ON COLUMN etl.sources.full_before IS 'A file whose DateFrom is before this time is full; NULL: dates do not tell.';
COMMENT ON COLUMN etl.sources.contract_fingerprint IS 'SHA-256 of the parsed contracts; the driver refuses to run if its contracts differ.';
COMMENT ON COLUMN etl.sources.quote IS 'Character that may enclose a field; empty: no field is quoted.';
COMMENT ON COLUMN etl.sources.trailing_separator IS 'Whether a field separator follows the last field too.';
COMMENT ON COLUMN etl.sources.open_end IS 'Whether the last row may end with the file, without a row separator.';
