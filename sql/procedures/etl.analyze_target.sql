CREATE OR REPLACE PROCEDURE etl.analyze_target(p_load_run_file_id bigint, p_layer text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET default_statistics_target = 20
AS $analyze_target$
-- Only if the file is large compared with the table: after a first load, not after each delta.
DECLARE
    v_extract etl.extracts;
    v_table text;
    v_rows bigint;
BEGIN
    SELECT f.rows_ingested INTO v_rows
    FROM etl.load_run_files AS f
    WHERE f.load_run_file_id = p_load_run_file_id;
    IF v_rows < etl.config_bigint('analyze_rows') THEN
        RETURN;
    END IF;
    SELECT e.* INTO v_extract
    FROM etl.load_run_files AS f
    JOIN etl.extracts AS e USING (extract)
    WHERE f.load_run_file_id = p_load_run_file_id;
    v_table := CASE p_layer WHEN 'stg' THEN v_extract.stg_table ELSE v_extract.core_table END;

    IF (SELECT greatest(c.reltuples, 0) * 0.2 < v_rows FROM pg_class AS c WHERE c.oid = v_table::regclass) THEN
        EXECUTE format(
            'ANALYZE %s (%s)',
            v_table,
            (
                SELECT string_agg(quote_ident(c), ', ')
                FROM etl.sources AS s
                CROSS JOIN LATERAL unnest(
                    s.tenant_columns || v_extract.natural_key || ARRAY['load_run_file_id']
                ) AS c
                WHERE s.source = v_extract.source
            )
        );
    END IF;
END;
$analyze_target$;
COMMENT ON PROCEDURE etl.analyze_target(bigint, text) IS
    'Refreshes the statistics of the extract''s table in stg or core (p_layer) after a file that changed much of it.';
