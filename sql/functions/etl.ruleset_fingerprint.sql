CREATE OR REPLACE FUNCTION etl.ruleset_fingerprint(p_extract text)
RETURNS text
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $ruleset_fingerprint$
-- Everything that can change a value or a verdict: contract, values of its domains, pseudonym key.
SELECT encode(sha256(convert_to(concat_ws(
    E'\n',
    e.rules_hash,
    (
        SELECT string_agg(
            format('%s=%s=%s', d.domain, d.source_value, d.core_value), E'\n'
            ORDER BY d.domain, d.source_value COLLATE "C"
        )
        FROM etl.domain_values AS d
        WHERE d.source = e.source
            AND d.domain IN (SELECT c.domain FROM etl.columns AS c WHERE c.extract = e.extract)
    ),
    (SELECT k.key_id FROM etl.pseudonym_keys AS k WHERE e.has_pseudonyms)
), 'UTF8')), 'hex')
FROM etl.extracts AS e
WHERE e.extract = p_extract;
$ruleset_fingerprint$;
COMMENT ON FUNCTION etl.ruleset_fingerprint(text) IS
    'Hash of everything that can change a value or a verdict of the extract; files that carry another are stale.';
