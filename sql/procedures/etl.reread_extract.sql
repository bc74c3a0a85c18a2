CREATE OR REPLACE PROCEDURE etl.reread_extract(
    p_extract text,
    p_from timestamptz,
    p_to timestamptz,
    p_reason text
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $reread_extract$
DECLARE
    v_readings bigint;
BEGIN
    CALL etl.hold_extract(p_extract);
    v_readings := etl.open_readings(
        ARRAY(
            SELECT f.load_run_file_id
            FROM etl.load_run_files AS f
            WHERE f.load_run_file_id = ANY (etl.files_of_extract(p_extract, p_from, p_to)) AND f.status = 'processed'
        ),
        p_reason
    );
    RAISE NOTICE '% files of % will be read again by the next run of ingest.py', v_readings, p_extract;
END;
$reread_extract$;
COMMENT ON PROCEDURE etl.reread_extract(text, timestamptz, timestamptz, text) IS
    'etl.reread_file for the counting files of an extract whose DateExtracted is in the interval, from the horizon on; NULL: no bound. RC006: unknown extract; RC008: as etl.reread_file.';
