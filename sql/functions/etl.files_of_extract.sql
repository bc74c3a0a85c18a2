CREATE OR REPLACE FUNCTION etl.files_of_extract(p_extract text, p_from timestamptz, p_to timestamptz)
RETURNS bigint[]
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $files_of_extract$
BEGIN
    IF NOT EXISTS (SELECT FROM etl.extracts AS e WHERE e.extract = p_extract) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC006',
            MESSAGE = format('there is no extract %s', p_extract),
            HINT = 'SELECT extract FROM etl.extracts lists the extracts.';
    END IF;
    RETURN (
        SELECT array_agg(f.load_run_file_id)
        FROM etl.load_run_files AS f
        LEFT JOIN etl.horizons AS h USING (extract)
        WHERE f.extract = p_extract
            AND f.date_extracted >= coalesce(p_from, h.horizon, '-infinity')
            AND (p_to IS NULL OR f.date_extracted <= p_to)
    );
END;
$files_of_extract$;
COMMENT ON FUNCTION etl.files_of_extract(text, timestamptz, timestamptz) IS
    'The files of an extract with DateExtracted in an interval, bounds included; NULL: no bound but the horizon. RC006: there is no such extract.';
