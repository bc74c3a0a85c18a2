CREATE OR REPLACE PROCEDURE etl.analyze_work(p_table text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $analyze_work$
-- The table was filled a moment ago: without statistics it looks almost empty to the planner.
BEGIN
    IF pg_relation_size(format('etl.%I', p_table)) >= etl.config_bigint('analyze_work_bytes') THEN
        EXECUTE format('ANALYZE etl.%I', p_table);
    END IF;
END;
$analyze_work$;
COMMENT ON PROCEDURE etl.analyze_work(text) IS 'Makes statistics of a work table that was filled a moment ago, unless it is small.';
