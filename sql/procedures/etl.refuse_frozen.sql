CREATE OR REPLACE PROCEDURE etl.refuse_frozen(p_file_ids bigint[])
LANGUAGE plpgsql
AS $refuse_frozen$
DECLARE
    v_file record;
BEGIN
    SELECT f.load_run_file_id, f.s3_key, f.extract, f.date_extracted, h.horizon INTO v_file
    FROM etl.load_run_files AS f
    JOIN etl.horizons AS h USING (extract)
    WHERE f.load_run_file_id = ANY (p_file_ids) AND f.date_extracted < h.horizon
    ORDER BY f.date_extracted
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC013',
            MESSAGE = format(
                'file %s was extracted at %s, before the horizon of %s, %s',
                v_file.load_run_file_id, v_file.date_extracted, v_file.extract, v_file.horizon
            ),
            DETAIL = format('Its key is %s.', v_file.s3_key),
            HINT = 'History before the horizon is frozen, because raw was purged: see etl.horizons.';
    END IF;
END;
$refuse_frozen$;
COMMENT ON PROCEDURE etl.refuse_frozen(bigint[]) IS 'Raises RC013 if one of the files was extracted before the horizon of its extract.';
