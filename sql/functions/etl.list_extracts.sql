CREATE OR REPLACE FUNCTION etl.list_extracts(p_source text)
RETURNS TABLE ("extract" text, raw_table text, ragged_rows text, shapes jsonb)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $list_extracts$
SELECT
    e.extract,
    e.raw_table,
    e.ragged_rows,
    (
        SELECT jsonb_object_agg(
            cardinality(h.columns)::text,
            concat_ws(
                ' ',
                'files',
                'since ' || to_char(nullif(h.since, '-infinity') AT TIME ZONE s.timezone, 'YYYY-MM-DD HH24:MI'),
                'until ' || to_char(nullif(h.until, 'infinity') AT TIME ZONE s.timezone, 'YYYY-MM-DD HH24:MI')
            )
            ORDER BY h.since
        )
        FROM etl.shapes AS h
        WHERE h.extract = e.extract
    )
FROM etl.extracts AS e
JOIN etl.sources AS s USING (source)
WHERE e.source = p_source
ORDER BY e.load_order, e.extract;
$list_extracts$;
COMMENT ON FUNCTION etl.list_extracts(text) IS
    'The extracts of a source in load order: the raw table, what happens to a ragged row, and the shapes by number of fields.';
