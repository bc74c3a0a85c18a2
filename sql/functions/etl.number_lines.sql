CREATE OR REPLACE FUNCTION etl.number_lines(p_load_run_file_id bigint, p_first_line bigint)
RETURNS void
LANGUAGE plpgsql
VOLATILE
AS $number_lines$
-- The defaults of load_run_file_id and line_no in a raw table read these settings. Each session has its own sequence,
-- so two COPYs into one table number their lines independently.
BEGIN
    IF pg_catalog.to_regclass('pg_temp.rawcore_line_no') IS NULL THEN
        CREATE TEMP SEQUENCE rawcore_line_no;
    END IF;
    PERFORM pg_catalog.setval('pg_temp.rawcore_line_no', p_first_line, false),
        pg_catalog.set_config('rawcore.line_seq', 'pg_temp.rawcore_line_no', true),
        pg_catalog.set_config('rawcore.load_run_file_id', p_load_run_file_id::text, true);
END;
$number_lines$;
COMMENT ON FUNCTION etl.number_lines(bigint, bigint) IS
    'Prepares the transaction for a COPY into raw: its rows belong to this file and are numbered from p_first_line.';
