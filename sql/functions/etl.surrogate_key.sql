CREATE OR REPLACE FUNCTION etl.surrogate_key(p_parts text)
RETURNS bigint
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $surrogate_key$
SELECT
    ('x' || pg_catalog.encode(
        pg_catalog.substr(pg_catalog.sha256(pg_catalog.convert_to(p_parts, 'UTF8')), 1, 8), 'hex'
    ))::bit(64)::bigint;
$surrogate_key$;
COMMENT ON FUNCTION etl.surrogate_key(text) IS
    'First 8 bytes of the SHA-256 of etl.key_part of extract, tenant and natural key, joined; the same on every server.';
