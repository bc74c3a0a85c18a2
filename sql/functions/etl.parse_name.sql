CREATE OR REPLACE FUNCTION etl.parse_name(p_source text, p_key text)
RETURNS TABLE (
    extract_type text,
    "extract" text,
    tenant text[],
    kind text,
    date_from timestamptz,
    date_to timestamptz,
    date_extracted timestamptz,
    problem text
)
LANGUAGE sql
STABLE
AS $parse_name$
-- The first pattern that matches gives the parts. A date is valid only if it survives the round trip through timestamp.
-- OFFSET 0 makes PostgreSQL evaluate each expression once.
WITH fitting AS (
    SELECT
        s.source,
        s.timezone,
        s.tenant_columns,
        p.pattern_no,
        m.texts
    FROM etl.sources AS s
    JOIN etl.name_patterns AS p USING (source)
    CROSS JOIN LATERAL (
        SELECT pg_catalog.regexp_match(pg_catalog.regexp_replace(p_key, '^.*[/\\]', ''), p.regex) AS texts
        OFFSET 0
    ) AS m
    WHERE s.source = p_source AND m.texts IS NOT NULL
    ORDER BY p.pattern_no
    LIMIT 1
),
parts AS (
    SELECT
        f.source,
        f.timezone,
        f.tenant_columns,
        pg_catalog.max(d.given) FILTER (WHERE p.part = 'file_type') AS file_type,
        pg_catalog.lower(pg_catalog.max(d.given) FILTER (WHERE p.part = 'kind')) AS kind,
        coalesce(
            pg_catalog.array_agg(d.given ORDER BY pg_catalog.array_position(f.tenant_columns, p.part))
            FILTER (WHERE p.part = ANY (f.tenant_columns)),
            '{}'
        ) AS tenant,
        pg_catalog.max(d.iso) FILTER (WHERE p.part = 'date_from') AS iso_from,
        pg_catalog.max(d.iso) FILTER (WHERE p.part = 'date_to') AS iso_to,
        pg_catalog.max(d.iso) FILTER (WHERE p.part = 'date_extracted') AS iso_extracted,
        pg_catalog.max(p.part || ' ' || d.given) FILTER (WHERE
            CASE
                WHEN pg_catalog.pg_input_is_valid(d.iso, 'timestamp') THEN d.iso::timestamp::text <> d.iso
                ELSE d.iso IS NOT NULL
            END
        ) AS impossible
    FROM fitting AS f
    JOIN etl.name_parts AS p USING (source, pattern_no)
    CROSS JOIN LATERAL (
        SELECT
            f.texts[p.part_no] AS given,
            pg_catalog.regexp_replace(f.texts[p.part_no], p.digits_regex, p.iso_template) AS iso
        OFFSET 0
    ) AS d
    GROUP BY f.source, f.timezone, f.tenant_columns
),
dated AS (
    SELECT
        p.*,
        CASE WHEN p.impossible IS NULL THEN p.iso_from::timestamp END AS local_from,
        CASE WHEN p.impossible IS NULL THEN p.iso_to::timestamp END AS local_to,
        CASE WHEN p.impossible IS NULL THEN p.iso_extracted::timestamp END AS local_extracted
    FROM parts AS p
)
SELECT
    d.file_type,
    t.extract,
    d.tenant,
    d.kind,
    d.local_from AT TIME ZONE d.timezone,
    d.local_to AT TIME ZONE d.timezone,
    d.local_extracted AT TIME ZONE d.timezone,
    CASE
        WHEN d.source IS NULL THEN 'the name fits no pattern of the source'
        WHEN d.impossible IS NOT NULL THEN 'the name holds an impossible date: ' || d.impossible
        WHEN t.extract IS NULL THEN 'the name holds an unknown file type: ' || d.file_type
        WHEN d.local_extracted AT TIME ZONE d.timezone AT TIME ZONE d.timezone <> d.local_extracted
            THEN pg_catalog.format('the name holds a DateExtracted that the time zone skips: %s', d.iso_extracted)
        -- When clocks are turned back, an hour occurs twice: date_extracted is read as the later one, date_to as the
        -- earlier.
        WHEN d.local_extracted AT TIME ZONE d.timezone
            < (d.local_to - interval '3 hours') AT TIME ZONE d.timezone + interval '3 hours'
            AND d.local_extracted < d.local_to
            THEN 'the name holds a DateExtracted before the end of its interval'
    END
FROM (VALUES (1)) AS always (n)
LEFT JOIN dated AS d ON true
LEFT JOIN etl.file_types AS t ON t.source = d.source AND t.file_type = pg_catalog.lower(d.file_type);
$parse_name$;
COMMENT ON FUNCTION etl.parse_name(text, text) IS
    'The parts of an object''s name. Always one row; problem is set if the name cannot be parsed.';
