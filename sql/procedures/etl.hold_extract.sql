CREATE OR REPLACE PROCEDURE etl.hold_extract(p_extract text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $hold_extract$
-- As every writer of its tables does; who has a file of it in hand is waited for.
BEGIN
    PERFORM FROM etl.locks AS l WHERE l.extract = p_extract FOR UPDATE;
END;
$hold_extract$;
COMMENT ON PROCEDURE etl.hold_extract(text) IS 'Keeps all others from processing files of an extract, to the end of the transaction.';
