CREATE OR REPLACE PROCEDURE etl.need_raw(p_extract text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $need_raw$
-- The migration empties tables or columns, and raw has to hold all rows to fill them again.
BEGIN
    IF etl.horizon(p_extract) > '-infinity' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC021',
            MESSAGE = format('rows of %s before %s are no longer in raw', p_extract, etl.horizon(p_extract)),
            DETAIL = 'The migration empties tables or columns of stg and core, which only raw can fill again.',
            HINT = 'Give the changed contract another extract and another core table, and keep this one as it is.';
    END IF;
END;
$need_raw$;
COMMENT ON PROCEDURE etl.need_raw(text) IS
    'Stops a migration that has to derive values again from raw, if raw of the extract was purged. RC021: it was purged.';
