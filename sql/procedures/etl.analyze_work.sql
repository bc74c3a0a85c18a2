CREATE OR REPLACE PROCEDURE etl.analyze_work(p_table text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $analyze_work$
-- Without statistics the planner takes a table that was just filled for almost empty. Statistics stay after the rows
-- are deleted, so only the columns of key and lineage are analyzed, no other column of a file.
BEGIN
    IF pg_relation_size(format('etl.%I', p_table)) >= etl.config_bigint('analyze_work_bytes') THEN
        EXECUTE format(
            'ANALYZE etl.%I (%s)',
            p_table,
            (
                SELECT string_agg(quote_ident(a.attname), ', ')
                FROM pg_attribute AS a
                WHERE a.attrelid = format('etl.%I', p_table)::regclass AND a.attnum > 0 AND NOT a.attisdropped
                    AND NOT EXISTS (
                        SELECT FROM etl.columns AS c
                        JOIN etl.extracts AS e USING (extract)
                        JOIN etl.sources AS s ON s.source = e.source
                        WHERE c.extract = regexp_replace(p_table, '^[a-z]+_', '')
                            AND c.column_name = a.attname
                            AND c.column_name <> ALL (s.tenant_columns || e.natural_key)
                    )
            )
        );
    END IF;
END;
$analyze_work$;
COMMENT ON PROCEDURE etl.analyze_work(text) IS 'Creates statistics for a work table that was just filled, unless it is small.';
