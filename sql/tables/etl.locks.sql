CREATE TABLE etl.locks (
    extract text NOT NULL PRIMARY KEY REFERENCES etl.extracts ON DELETE CASCADE
);
COMMENT ON TABLE etl.locks IS
    'One row per extract. A session that writes stg, core or rejects of the extract locks the row until its transaction ends.';
COMMENT ON COLUMN etl.locks.extract IS 'The extract.';
