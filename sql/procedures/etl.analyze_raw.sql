CREATE OR REPLACE PROCEDURE etl.analyze_raw(p_load_run_file_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET default_statistics_target = 10
AS $analyze_raw$
-- A new file is unknown to the statistics, and nothing may depend on autovacuum having been there.
-- The planner takes it for one row then, and reads it with one process. A small sample will do:
-- what matters is whether the file has hundreds of rows or hundreds of thousands.
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
    'Refreshes the statistics of the raw table for a file that is not small: of the file column, for a big one of the keys too.';
