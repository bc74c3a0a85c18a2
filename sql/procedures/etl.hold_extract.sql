CREATE OR REPLACE PROCEDURE etl.hold_extract(p_extract text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $hold_extract$
-- The only place that waits for the lock of an extract: every writer of its tables calls it first. etl.next_file does
-- not wait: it takes an extract that is not locked.
BEGIN
    PERFORM FROM etl.locks AS l WHERE l.extract = p_extract FOR UPDATE;
END;
$hold_extract$;
COMMENT ON PROCEDURE etl.hold_extract(text) IS 'Locks an extract until the transaction ends, after waiting for other sessions: no other session processes its files until then.';
