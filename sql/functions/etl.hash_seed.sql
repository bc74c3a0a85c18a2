CREATE OR REPLACE FUNCTION etl.hash_seed(p_fingerprint text)
RETURNS bigint
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $hash_seed$
SELECT ('x' || pg_catalog.left(p_fingerprint, 16))::bit(64)::bigint;
$hash_seed$;
COMMENT ON FUNCTION etl.hash_seed(text) IS 'A ruleset fingerprint as the seed of row hashes, so that equal rows checked by different rules have different hashes.';
