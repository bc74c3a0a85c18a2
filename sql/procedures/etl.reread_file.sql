CREATE OR REPLACE PROCEDURE etl.reread_file(p_load_run_file_id bigint, p_reason text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $reread_file$
BEGIN
    PERFORM etl.open_readings(ARRAY[p_load_run_file_id], p_reason);
END;
$reread_file$;
COMMENT ON PROCEDURE etl.reread_file(bigint, text) IS
    'Lets the next run of ingest.py read a counting file once more, with a reason. The file counts until the new reading is processed and takes its place. RC008: the file does not count, or has an open reading; RC013: before the horizon.';
