CREATE OR REPLACE FUNCTION etl.domain_sources(p_source text, p_domain text)
RETURNS text[]
LANGUAGE sql
STABLE
AS $domain_sources$
SELECT coalesce(pg_catalog.array_agg(d.source_value), '{}')
FROM etl.domain_values AS d
WHERE d.source = p_source AND d.domain = p_domain;
$domain_sources$;
COMMENT ON FUNCTION etl.domain_sources(text, text) IS 'The values of a domain as the source writes them, in lower case.';
