CREATE OR REPLACE PROCEDURE etl.analyze_work(p_extract text, p_load_run_file_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $analyze_work$
-- The table was filled a moment ago: without statistics it looks almost empty to the planner.
BEGIN
    IF (
        SELECT f.rows_read >= etl.config_bigint('analyze_work_rows')
        FROM etl.load_run_files AS f
        WHERE f.load_run_file_id = p_load_run_file_id
    ) THEN
        EXECUTE format('ANALYZE etl.%I', 'touched_' || p_extract);
    END IF;
END;
$analyze_work$;
COMMENT ON PROCEDURE etl.analyze_work(text, bigint) IS 'Makes statistics of the work table that a file has filled, unless the file is small.';
