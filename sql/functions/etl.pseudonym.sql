CREATE OR REPLACE FUNCTION etl.pseudonym(p_text text, p_inner_pad bytea, p_outer_pad bytea)
RETURNS text
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $pseudonym$
-- RFC 2104: H(outer || H(inner || text)).
SELECT
    pg_catalog.encode(
        pg_catalog.sha256(p_outer_pad || pg_catalog.sha256(
            p_inner_pad || pg_catalog.convert_to(pg_catalog.upper(pg_catalog.btrim(p_text) COLLATE "C"), 'UTF8')
        )),
        'hex'
    );
$pseudonym$;
COMMENT ON FUNCTION etl.pseudonym(text, bytea, bytea) IS
    'HMAC-SHA-256 of the trimmed, upper-cased text, in hex, with a key prepared by etl.set_pseudonym_key.';
