CREATE OR REPLACE PROCEDURE etl.hold_extract(p_extract text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $hold_extract$
-- The one place that waits for an extract: every writer of its tables calls it first. etl.next_file, which looks for
-- work, takes a free one instead of waiting.
BEGIN
    PERFORM FROM etl.locks AS l WHERE l.extract = p_extract FOR UPDATE;
END;
$hold_extract$;
COMMENT ON PROCEDURE etl.hold_extract(text) IS 'Locks an extract to the end of the transaction, and waits until no other session has it: nobody else processes its files meanwhile.';
