CREATE OR REPLACE PROCEDURE etl.analyze_raw(p_load_run_file_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET default_statistics_target = 20
AS $analyze_raw$
-- A big file is new to the statistics, and nothing may depend on autovacuum having been there. A small sample will do:
-- what matters is whether the file has hundreds of rows or hundreds of thousands.
DECLARE
    v_file record;
BEGIN
    SELECT f.rows_read, e.raw_table, e.natural_key INTO v_file
    FROM etl.load_run_files AS f
    JOIN etl.extracts AS e USING (extract)
    WHERE f.load_run_file_id = p_load_run_file_id;
    IF v_file.rows_read >= etl.config_bigint('analyze_rows') THEN
        EXECUTE format(
            'ANALYZE %s (%s)',
            v_file.raw_table,
            (
                SELECT string_agg(quote_ident(c), ', ')
                FROM unnest(ARRAY['load_run_file_id', 'line_no'] || v_file.natural_key) AS c
            )
        );
    END IF;
END;
$analyze_raw$;
COMMENT ON PROCEDURE etl.analyze_raw(bigint) IS 'Refreshes the statistics of the raw table''s file and key columns for a big file.';
