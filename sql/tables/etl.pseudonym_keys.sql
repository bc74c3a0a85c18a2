CREATE TABLE etl.pseudonym_keys (
    only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL,
    key_id text NOT NULL
);
COMMENT ON TABLE etl.pseudonym_keys IS
    'The key of pseudonyms, prepared for HMAC-SHA-256. Set with etl.set_pseudonym_key; readable by the owner only.';
COMMENT ON COLUMN etl.pseudonym_keys.only_row IS 'Always true: the table has one row.';
COMMENT ON COLUMN etl.pseudonym_keys.inner_pad IS 'The key, padded to 64 bytes, XOR 0x36.';
COMMENT ON COLUMN etl.pseudonym_keys.outer_pad IS 'The key, padded to 64 bytes, XOR 0x5c.';
COMMENT ON COLUMN etl.pseudonym_keys.key_id IS 'Identifies the key without revealing it; part of the ruleset fingerprint.';
