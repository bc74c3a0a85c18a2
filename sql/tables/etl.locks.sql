CREATE TABLE etl.locks (
    extract text NOT NULL PRIMARY KEY REFERENCES etl.extracts ON DELETE CASCADE
);
COMMENT ON TABLE etl.locks IS
    'One row per extract; who writes stg, core or rejects of the extract holds its row lock to the end of the transaction.';
COMMENT ON COLUMN etl.locks.extract IS 'The extract.';
