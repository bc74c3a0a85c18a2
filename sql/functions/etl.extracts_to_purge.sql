CREATE OR REPLACE FUNCTION etl.extracts_to_purge(p_before timestamptz, p_extract text)
RETURNS text[]
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $extracts_to_purge$
DECLARE
    v_extracts text[];
BEGIN
    IF p_before IS NULL OR p_before > clock_timestamp() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC014',
            MESSAGE = 'the horizon has to be a time in the past',
            HINT = 'For example, CALL etl.purge_raw(now() - interval ''2 years'') keeps two years.';
    END IF;
    SELECT array_agg(e.extract ORDER BY e.load_order) INTO v_extracts
    FROM etl.extracts AS e
    WHERE p_extract IS NULL OR e.extract = p_extract;
    IF v_extracts IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC006',
            MESSAGE = format('there is no extract %s', p_extract),
            HINT = 'SELECT extract FROM etl.extracts lists the extracts.';
    END IF;
    RETURN v_extracts;
END;
$extracts_to_purge$;
COMMENT ON FUNCTION etl.extracts_to_purge(timestamptz, text) IS
    'One extract, or all (NULL), in load order. RC006: unknown extract; RC014: p_before is not in the past.';
