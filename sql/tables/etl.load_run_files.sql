CREATE TABLE etl.load_run_files (
    load_run_file_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES etl.sources,
    extract text NOT NULL REFERENCES etl.extracts,
    s3_bucket text NOT NULL,
    s3_key text NOT NULL,
    s3_version_id text NOT NULL,
    member text NOT NULL DEFAULT '',
    reading integer NOT NULL DEFAULT 1 CHECK (reading > 0),
    file_hash text,
    etag text NOT NULL,
    size_bytes bigint NOT NULL,
    last_modified timestamptz NOT NULL,
    extract_type text NOT NULL,
    tenant text[] COLLATE "C" NOT NULL,
    date_from timestamptz,
    date_to timestamptz,
    date_extracted timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN (
        'pending', 'loading', 'landed', 'processing', 'processed',
        'failed', 'held', 'skipped', 'superseded', 'excluded'
    )),
    status_reason text,
    is_counting boolean NOT NULL DEFAULT false,
    superseded_by bigint,
    file_attempt_id bigint,
    load_run_id bigint,
    kind text CHECK (kind IN ('full', 'delta')),
    told jsonb NOT NULL DEFAULT '{}',
    is_mirror boolean,
    reject_rate numeric,
    mirror_close_share numeric,
    ruleset_fingerprint text,
    decision text CHECK (decision IN ('released', 'excluded')),
    decision_reason text,
    decided_by text,
    encoding text,
    path text CHECK (path IN ('in order', 'late')),
    rows_read bigint,
    rows_ingested bigint,
    rows_unchanged bigint,
    rows_duplicate bigint,
    rows_rejected bigint,
    rows_rejected_landing bigint,
    core_inserted bigint,
    core_updated bigint,
    core_closed bigint,
    discovered_at timestamptz NOT NULL,
    load_ts timestamptz,
    processed_at timestamptz,
    UNIQUE (s3_bucket, s3_key, s3_version_id, member, reading)
) WITH (fillfactor = 70);
CREATE INDEX load_run_files_extract_idx ON etl.load_run_files (extract, tenant, date_extracted);
CREATE INDEX load_run_files_landed_idx ON etl.load_run_files (extract, date_extracted)
WHERE status IN ('landed', 'processing');
CREATE INDEX load_run_files_open_idx ON etl.load_run_files (source, status)
WHERE status IN ('pending', 'loading', 'landed', 'processing', 'failed', 'held');

COMMENT ON TABLE etl.load_run_files IS 'One row per file, that is, per reading of a content of an object: its origin, its status, its counts, and decisions about it.';
COMMENT ON COLUMN etl.load_run_files.load_run_file_id IS 'The file; raw, stg, core and rejects refer to it.';
COMMENT ON COLUMN etl.load_run_files.source IS 'The feed.';
COMMENT ON COLUMN etl.load_run_files.extract IS 'The extract.';
COMMENT ON COLUMN etl.load_run_files.s3_bucket IS 'Bucket, or file:// and the folder.';
COMMENT ON COLUMN etl.load_run_files.s3_key IS 'Key.';
COMMENT ON COLUMN etl.load_run_files.s3_version_id IS
    'Version of the object. etag:… before the object is read and if the bucket keeps no versions; sha256:… in a folder.';
COMMENT ON COLUMN etl.load_run_files.member IS 'Name inside an archive; empty: not an archive.';
COMMENT ON COLUMN etl.load_run_files.reading IS
    'How often this content had been read, from 1; a later reading takes the place of the earlier one when it is processed.';
COMMENT ON COLUMN etl.load_run_files.file_hash IS 'SHA-256 of the bytes as delivered, in hex; NULL until landed.';
COMMENT ON COLUMN etl.load_run_files.etag IS 'Entity tag of the version.';
COMMENT ON COLUMN etl.load_run_files.size_bytes IS 'Size in bytes.';
COMMENT ON COLUMN etl.load_run_files.last_modified IS 'When the object was written.';
COMMENT ON COLUMN etl.load_run_files.extract_type IS 'Extract as spelled in the name.';
COMMENT ON COLUMN etl.load_run_files.tenant IS 'Values of the tenant columns of the source, in their order.';
COMMENT ON COLUMN etl.load_run_files.date_from IS 'Start of the interval in the name.';
COMMENT ON COLUMN etl.load_run_files.date_to IS 'End of the interval in the name.';
COMMENT ON COLUMN etl.load_run_files.date_extracted IS 'DateExtracted in the name: the batch, and the time of observation of its keys.';
COMMENT ON COLUMN etl.load_run_files.status IS
    'pending, loading, landed, processing, processed; or failed, held, skipped, superseded, excluded.';
COMMENT ON COLUMN etl.load_run_files.status_reason IS 'Why it failed, is held or was skipped, in one line without field content.';
COMMENT ON COLUMN etl.load_run_files.is_counting IS 'Whether core is made from the file: it was processed, and is neither superseded nor excluded.';
COMMENT ON COLUMN etl.load_run_files.superseded_by IS 'The newer version of the object, or the later reading, that counts in its place.';
COMMENT ON COLUMN etl.load_run_files.file_attempt_id IS 'Its newest attempt; older attempts can no longer change the file.';
COMMENT ON COLUMN etl.load_run_files.load_run_id IS 'The run that landed it.';
COMMENT ON COLUMN etl.load_run_files.kind IS 'full or delta, recorded when it was first processed.';
COMMENT ON COLUMN etl.load_run_files.told IS
    'kind and overrides that runs which planned it were started with; they hold for it whichever run processes it.';
COMMENT ON COLUMN etl.load_run_files.is_mirror IS 'Whether keys absent from it are closed, recorded when it was first processed.';
COMMENT ON COLUMN etl.load_run_files.reject_rate IS 'Share of rejects above which it fails, recorded when it was first processed.';
COMMENT ON COLUMN etl.load_run_files.mirror_close_share IS 'Share of closed keys above which it is held, recorded when it was first processed.';
COMMENT ON COLUMN etl.load_run_files.ruleset_fingerprint IS 'Fingerprint of the rules that its verdicts were made by; if it is not that of today''s rules, the file is stale.';
COMMENT ON COLUMN etl.load_run_files.decision IS 'What an operator decided: released or excluded.';
COMMENT ON COLUMN etl.load_run_files.decision_reason IS 'Why the operator decided so.';
COMMENT ON COLUMN etl.load_run_files.decided_by IS 'Login of the operator.';
COMMENT ON COLUMN etl.load_run_files.encoding IS 'Encoding that was detected.';
COMMENT ON COLUMN etl.load_run_files.path IS 'in order: its rows were merged into stg and core; late: its keys were rebuilt from raw.';
COMMENT ON COLUMN etl.load_run_files.rows_read IS 'Rows in the file = ingested + unchanged + duplicate + rejected.';
COMMENT ON COLUMN etl.load_run_files.rows_ingested IS 'Rows that were typed and offered to stg.';
COMMENT ON COLUMN etl.load_run_files.rows_unchanged IS 'Rows skipped because stg has them already.';
COMMENT ON COLUMN etl.load_run_files.rows_duplicate IS 'Valid rows that another row of the same key in the file replaced.';
COMMENT ON COLUMN etl.load_run_files.rows_rejected IS 'Rejected rows, at landing and at typing.';
COMMENT ON COLUMN etl.load_run_files.rows_rejected_landing IS 'Of these, rows that did not fit the raw table.';
COMMENT ON COLUMN etl.load_run_files.core_inserted IS 'Rows or versions added to core.';
COMMENT ON COLUMN etl.load_run_files.core_updated IS 'Rows or versions of core that changed.';
COMMENT ON COLUMN etl.load_run_files.core_closed IS 'Keys of core that were closed, because the file is a mirror and lacks them, or that lost all observations.';
COMMENT ON COLUMN etl.load_run_files.discovered_at IS 'When a listing first showed the file.';
COMMENT ON COLUMN etl.load_run_files.load_ts IS 'When it was landed.';
COMMENT ON COLUMN etl.load_run_files.processed_at IS 'When it was last processed.';
