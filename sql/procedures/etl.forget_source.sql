CREATE OR REPLACE PROCEDURE etl.forget_source(p_source text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $forget_source$
DECLARE
    v_extract text;
BEGIN
    FOR v_extract IN SELECT e.extract FROM etl.extracts AS e WHERE e.source = p_source ORDER BY e.extract LOOP
        CALL etl.forget_extract(v_extract);
    END LOOP;
    DELETE FROM etl.load_runs AS r WHERE r.source = p_source;
    DELETE FROM etl.s3_objects AS o WHERE o.source = p_source;
    DELETE FROM etl.domain_values AS d WHERE d.source = p_source;
    DELETE FROM etl.tenants AS t WHERE t.source = p_source;
    DELETE FROM etl.name_patterns AS n WHERE n.source = p_source;
    DELETE FROM etl.sources AS s WHERE s.source = p_source;
END;
$forget_source$;
COMMENT ON PROCEDURE etl.forget_source(text) IS
    'Removes a source with all its extracts, files and runs from the schema etl; for migrations that drop their tables.';
