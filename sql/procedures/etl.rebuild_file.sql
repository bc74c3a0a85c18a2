CREATE OR REPLACE PROCEDURE etl.rebuild_file(p_extract text, p_load_run_file_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $rebuild_file$
BEGIN
    EXECUTE format('CALL etl.%I($1)', 'rebuild_' || p_extract) USING p_load_run_file_id;
    CALL etl.clear_work(p_extract);
END;
$rebuild_file$;
COMMENT ON PROCEDURE etl.rebuild_file(text, bigint) IS
    'Rebuilds the keys of a file from all counting files. The caller holds the extract''s lock.';
