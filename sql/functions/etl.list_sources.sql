CREATE OR REPLACE FUNCTION etl.list_sources()
RETURNS TABLE (
    source text,
    field_separator text,
    row_separator text,
    encoding text,
    header boolean,
    quote text,
    trailing_separator boolean,
    open_end boolean,
    timezone text,
    contract_fingerprint text
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $list_sources$
SELECT
    s.source,
    s.field_separator,
    s.row_separator,
    s.encoding,
    s.header,
    s.quote,
    s.trailing_separator,
    s.open_end,
    s.timezone,
    s.contract_fingerprint
FROM etl.sources AS s
ORDER BY s.source;
$list_sources$;
COMMENT ON FUNCTION etl.list_sources() IS
    'The sources that were migrated: how their files are read, their time zone, and the fingerprint of their contracts.';
