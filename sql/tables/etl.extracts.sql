CREATE TABLE etl.extracts (
    extract text NOT NULL PRIMARY KEY,
    source text NOT NULL REFERENCES etl.sources,
    description text NOT NULL,
    entity text NOT NULL,
    natural_key text[] NOT NULL,
    core_kind text NOT NULL CHECK (core_kind IN ('dimension', 'fact')),
    raw_table text NOT NULL,
    stg_table text NOT NULL,
    core_table text NOT NULL,
    full_load text NOT NULL CHECK (full_load IN ('upsert', 'mirror')),
    ragged_rows text NOT NULL CHECK (ragged_rows IN ('reject', 'fail')),
    reject_rate numeric NOT NULL CHECK (reject_rate BETWEEN 0 AND 1),
    mirror_close_share numeric NOT NULL CHECK (mirror_close_share BETWEEN 0 AND 1),
    has_pseudonyms boolean NOT NULL,
    load_order integer NOT NULL,
    every_batch boolean NOT NULL
);
COMMENT ON TABLE etl.extracts IS 'The extracts, as their contracts were when migrations were last applied.';
COMMENT ON COLUMN etl.extracts.extract IS 'Name of the extract, and of its contract.';
COMMENT ON COLUMN etl.extracts.source IS 'The feed it belongs to.';
COMMENT ON COLUMN etl.extracts.description IS 'What one row is.';
COMMENT ON COLUMN etl.extracts.entity IS 'What one key identifies, in the singular.';
COMMENT ON COLUMN etl.extracts.natural_key IS 'Key columns within the tenant; empty: the tenant is the key.';
COMMENT ON COLUMN etl.extracts.core_kind IS 'dimension (with history) or fact.';
COMMENT ON COLUMN etl.extracts.raw_table IS 'Table into which rows are landed.';
COMMENT ON COLUMN etl.extracts.stg_table IS 'Table of the newest valid state of each key.';
COMMENT ON COLUMN etl.extracts.core_table IS 'Table in which rows are published.';
COMMENT ON COLUMN etl.extracts.full_load IS 'mirror: a key that a full file lacks is closed.';
COMMENT ON COLUMN etl.extracts.ragged_rows IS 'What a row with the wrong number of fields does: reject (the row) or fail (the file).';
COMMENT ON COLUMN etl.extracts.reject_rate IS 'Share of rejected rows above which a file fails.';
COMMENT ON COLUMN etl.extracts.mirror_close_share IS 'Share of open keys above which a mirror that would close them is held.';
COMMENT ON COLUMN etl.extracts.has_pseudonyms IS 'Whether core receives pseudonyms, so that the key must be set.';
COMMENT ON COLUMN etl.extracts.load_order IS 'Order of loading: dimensions before the facts that refer to them.';
COMMENT ON COLUMN etl.extracts.every_batch IS 'Whether each batch should have a file of this extract; if false, a missing file is not reported.';
