CREATE OR REPLACE FUNCTION etl.pseudonym(p_text text, p_inner_pad bytea, p_outer_pad bytea)
RETURNS text
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $pseudonym$
-- RFC 2104: H(outer || H(inner || text)). A blank value gives NULL, so that people without a value do not share a
-- pseudonym.
SELECT
    pg_catalog.encode(
        pg_catalog.sha256(p_outer_pad || pg_catalog.sha256(
            p_inner_pad || pg_catalog.convert_to(
                pg_catalog.upper(nullif(pg_catalog.btrim(p_text, E' \t\r\n\u00a0'), '') COLLATE "C"), 'UTF8'
            )
        )),
        'hex'
    );
$pseudonym$;
COMMENT ON FUNCTION etl.pseudonym(text, bytea, bytea) IS
    'HMAC-SHA-256, in hex, of the trimmed, upper-cased text, with the key that etl.set_pseudonym_key prepared. NULL if the trimmed text is empty.';
