CREATE TABLE etl.tenants (
    source text NOT NULL REFERENCES etl.sources,
    tenant text[] COLLATE "C" NOT NULL,
    name text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    added_by text NOT NULL DEFAULT session_user,
    PRIMARY KEY (source, tenant)
);
COMMENT ON TABLE etl.tenants IS 'Tenants whose files are loaded; files of an unknown tenant are held until it is added here.';
COMMENT ON COLUMN etl.tenants.source IS 'The feed.';
COMMENT ON COLUMN etl.tenants.tenant IS 'Values of the tenant columns of the source, in their order.';
COMMENT ON COLUMN etl.tenants.name IS 'Name for people.';
COMMENT ON COLUMN etl.tenants.added_at IS 'When it was added.';
COMMENT ON COLUMN etl.tenants.added_by IS 'Who added it.';
