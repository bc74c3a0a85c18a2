CREATE OR REPLACE PROCEDURE etl.analyze_raw(p_load_run_file_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET default_statistics_target = 10
AS $analyze_raw$
-- The statistics do not know a new file, and autovacuum may not have run yet. The planner then expects one row, and
-- reads the file with one process. A small sample is enough: it has to show whether the file has hundreds of rows or
-- hundreds of thousands.
DECLARE
    v_table text;
    v_columns text[];
BEGIN
    SELECT
        e.raw_table,
        CASE
            WHEN f.rows_read >= etl.config_bigint('analyze_rows')
                THEN ARRAY['load_run_file_id', 'line_no'] || e.natural_key
            WHEN f.size_bytes >= etl.config_bigint('analyze_file_bytes')
                THEN ARRAY['load_run_file_id']
        END
    INTO v_table, v_columns
    FROM etl.load_run_files AS f
    JOIN etl.extracts AS e USING (extract)
    WHERE f.load_run_file_id = p_load_run_file_id;
    IF v_columns IS NOT NULL THEN
        EXECUTE format(
            'ANALYZE %s (%s)',
            v_table,
            (SELECT string_agg(quote_ident(c), ', ') FROM unnest(v_columns) AS c)
        );
    END IF;
END;
$analyze_raw$;
COMMENT ON PROCEDURE etl.analyze_raw(bigint) IS
    'Refreshes the statistics of the raw table unless the file is small: those of load_run_file_id, for a big file also of line_no and the key.';
