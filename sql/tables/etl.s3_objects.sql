CREATE TABLE etl.s3_objects (
    source text NOT NULL REFERENCES etl.sources,
    s3_bucket text NOT NULL,
    s3_key text NOT NULL,
    size_bytes bigint NOT NULL,
    etag text NOT NULL,
    last_modified timestamptz NOT NULL,
    s3_version_id text,
    extract_type text,
    extract text,
    tenant text[] COLLATE "C",
    kind text,
    date_from timestamptz,
    date_to timestamptz,
    date_extracted timestamptz,
    name_problem text,
    name_rules text NOT NULL,
    first_seen timestamptz NOT NULL,
    last_changed timestamptz NOT NULL,
    PRIMARY KEY (source, s3_bucket, s3_key)
);
COMMENT ON TABLE etl.s3_objects IS 'The inventory: every object that was ever listed below the prefix, with the parts of its name.';
COMMENT ON COLUMN etl.s3_objects.source IS 'The feed whose run listed the object.';
COMMENT ON COLUMN etl.s3_objects.s3_bucket IS 'Bucket.';
COMMENT ON COLUMN etl.s3_objects.s3_key IS 'Key.';
COMMENT ON COLUMN etl.s3_objects.size_bytes IS 'Size in bytes, as last listed.';
COMMENT ON COLUMN etl.s3_objects.etag IS 'Entity tag, as last listed.';
COMMENT ON COLUMN etl.s3_objects.last_modified IS 'When the object was last written, as last listed.';
COMMENT ON COLUMN etl.s3_objects.s3_version_id IS 'Version; NULL until the object was read.';
COMMENT ON COLUMN etl.s3_objects.extract_type IS 'Extract as spelled in the name.';
COMMENT ON COLUMN etl.s3_objects.extract IS 'Extract that it means.';
COMMENT ON COLUMN etl.s3_objects.tenant IS 'Tenant in the name.';
COMMENT ON COLUMN etl.s3_objects.kind IS 'full or delta, if the name states it.';
COMMENT ON COLUMN etl.s3_objects.date_from IS 'Start of the interval in the name.';
COMMENT ON COLUMN etl.s3_objects.date_to IS 'End of the interval in the name.';
COMMENT ON COLUMN etl.s3_objects.date_extracted IS 'DateExtracted in the name: the batch.';
COMMENT ON COLUMN etl.s3_objects.name_problem IS 'Why the name could not be parsed; NULL: it could.';
COMMENT ON COLUMN etl.s3_objects.name_rules IS
    'Fingerprint of the rules that parsed the name (etl.name_rules). If the rules change, a name that could not be parsed is parsed again.';
COMMENT ON COLUMN etl.s3_objects.first_seen IS 'When it was first listed.';
COMMENT ON COLUMN etl.s3_objects.last_changed IS 'When a listing last showed the object as new or changed, or when its name could first be parsed.';
