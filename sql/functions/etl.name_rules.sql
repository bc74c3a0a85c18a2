CREATE OR REPLACE FUNCTION etl.name_rules(p_source text)
RETURNS text
LANGUAGE sql
STABLE
AS $name_rules$
-- Everything that etl.parse_name reads besides the name itself.
SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(rules.said, 'UTF8')), 'hex')
FROM (
    SELECT pg_catalog.string_agg(r.rule, E'\n' ORDER BY r.rule COLLATE "C") AS said
    FROM (
        SELECT pg_catalog.format('zone %s, tenant %s', s.timezone, s.tenant_columns) AS rule
        FROM etl.sources AS s
        WHERE s.source = p_source
        UNION ALL
        SELECT pg_catalog.format('pattern %s: %s', p.pattern_no, p.regex)
        FROM etl.name_patterns AS p
        WHERE p.source = p_source
        UNION ALL
        SELECT pg_catalog.format(
            'part %s.%s: %s %s %s', p.pattern_no, p.part_no, p.part, p.digits_regex, p.iso_template
        )
        FROM etl.name_parts AS p
        WHERE p.source = p_source
        UNION ALL
        SELECT pg_catalog.format('type %s: %s', t.file_type, t.extract)
        FROM etl.file_types AS t
        WHERE t.source = p_source
    ) AS r
) AS rules;
$name_rules$;
COMMENT ON FUNCTION etl.name_rules(text) IS
    'Fingerprint of the rules by which names of a source are parsed. If it changes, names that could not be parsed are parsed again.';
