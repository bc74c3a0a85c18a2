CREATE OR REPLACE FUNCTION etl.ruleset_fingerprint(p_extract text, p_date_extracted timestamptz)
RETURNS text
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $ruleset_fingerprint$
-- Everything that can change a value or a verdict in files of this DateExtracted: contract, values of its domains,
-- pseudonym key. Columns that these files do not have are left out, so a new column makes no old file stale.
SELECT encode(sha256(convert_to(concat_ws(
    E'\n',
    h.rules_hash,
    (
        SELECT string_agg(
            format('%s=%s=%s', d.domain, d.source_value, d.core_value), E'\n'
            ORDER BY d.domain, d.source_value COLLATE "C"
        )
        FROM etl.domain_values AS d
        WHERE d.source = e.source
            AND d.domain IN (
                SELECT c.domain
                FROM etl.columns AS c
                WHERE c.extract = e.extract AND c.column_name = ANY (h.columns)
            )
    ),
    (
        SELECT k.key_id
        FROM etl.pseudonym_keys AS k
        WHERE EXISTS (
            SELECT FROM etl.columns AS c
            WHERE c.extract = e.extract AND c.column_name = ANY (h.columns) AND c.pii = 'pseudonymise'
        )
    )
), 'UTF8')), 'hex')
FROM etl.extracts AS e
JOIN etl.shapes AS h USING (extract)
WHERE e.extract = p_extract AND p_date_extracted >= h.since AND p_date_extracted < h.until;
$ruleset_fingerprint$;
COMMENT ON FUNCTION etl.ruleset_fingerprint(text, timestamptz) IS
    'Hash of everything that can change a value or a verdict in files of the extract and DateExtracted. Counting files with a different fingerprint are stale.';
