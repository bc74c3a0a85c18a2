CREATE OR REPLACE PROCEDURE etl.clear_work(p_extract text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $clear_work$
-- Each extract has its own work tables, protected by its lock. Big ones are truncated, because DELETE would leave
-- bloat.
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['touched_' || p_extract, 'observed_' || p_extract] LOOP
        IF pg_relation_size(format('etl.%I', v_table)) > etl.config_bigint('clear_bytes') THEN
            EXECUTE format('TRUNCATE etl.%I', v_table);
        ELSE
            EXECUTE format('DELETE FROM etl.%I', v_table);
        END IF;
    END LOOP;
END;
$clear_work$;
COMMENT ON PROCEDURE etl.clear_work(text) IS 'Empties the work tables of an extract after a file.';
