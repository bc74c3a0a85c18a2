CREATE OR REPLACE PROCEDURE etl.set_pseudonym_key(p_key text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $set_pseudonym_key$
-- Prepares the key for HMAC (RFC 2104): hashed if it is longer than a block of 64 bytes, padded with zeros, XORed.
DECLARE
    v_key bytea := convert_to(p_key, 'UTF8');
    v_inner bytea;
    v_outer bytea;
BEGIN
    IF length(p_key) < 32 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC012',
            MESSAGE = 'a pseudonym key has to have 32 characters or more',
            HINT = 'Make a key with: openssl rand -hex 32';
    END IF;
    IF length(v_key) > 64 THEN
        v_key := sha256(v_key);
    END IF;
    v_key := v_key || decode(repeat('00', 64 - length(v_key)), 'hex');
    SELECT
        decode(string_agg(lpad(to_hex(get_byte(v_key, i) # 54), 2, '0'), '' ORDER BY i), 'hex'),
        decode(string_agg(lpad(to_hex(get_byte(v_key, i) # 92), 2, '0'), '' ORDER BY i), 'hex')
    INTO v_inner, v_outer
    FROM generate_series(0, 63) AS i;

    INSERT INTO etl.pseudonym_keys (inner_pad, outer_pad, key_id)
    VALUES (v_inner, v_outer, left(encode(sha256(convert_to('rawcore key id', 'UTF8') || sha256(v_key)), 'hex'), 16))
    ON CONFLICT (only_row) DO UPDATE
    SET inner_pad = excluded.inner_pad,
        outer_pad = excluded.outer_pad,
        key_id = excluded.key_id;
END;
$set_pseudonym_key$;
COMMENT ON PROCEDURE etl.set_pseudonym_key(text) IS
    'Sets the pseudonym key, of 32 characters or more; for members of etl_owner only. Files that were processed with another key become stale. RC012: the key is too short.';
