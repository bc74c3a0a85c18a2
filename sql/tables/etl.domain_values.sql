CREATE TABLE etl.domain_values (
    source text NOT NULL REFERENCES etl.sources,
    domain text NOT NULL,
    source_value text NOT NULL CHECK (source_value = lower(btrim(source_value))),
    core_value text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    added_by text NOT NULL DEFAULT session_user,
    PRIMARY KEY (source, domain, source_value)
);
COMMENT ON TABLE etl.domain_values IS 'Closed lists of values and what core shows for each; operators extend them, then reprocess.';
COMMENT ON COLUMN etl.domain_values.source IS 'The feed.';
COMMENT ON COLUMN etl.domain_values.domain IS 'Name of the list.';
COMMENT ON COLUMN etl.domain_values.source_value IS 'Value as the source writes it, trimmed and in lower case.';
COMMENT ON COLUMN etl.domain_values.core_value IS 'Value that core shows.';
COMMENT ON COLUMN etl.domain_values.added_at IS 'When it was added.';
COMMENT ON COLUMN etl.domain_values.added_by IS 'Who added it.';
