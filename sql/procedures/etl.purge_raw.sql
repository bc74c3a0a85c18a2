CREATE OR REPLACE PROCEDURE etl.purge_raw(p_before timestamptz, p_extract text DEFAULT NULL)
LANGUAGE plpgsql
AS $purge_raw$
-- One transaction per extract.
DECLARE
    v_extracts constant text[] := etl.extracts_to_purge(p_before, p_extract);
    v_extract text;
BEGIN
    CALL etl.refuse_transaction_block('etl.purge_raw');
    FOREACH v_extract IN ARRAY v_extracts LOOP
        CALL etl.purge_extract(v_extract, p_before);
        COMMIT;
    END LOOP;
END;
$purge_raw$;
COMMENT ON PROCEDURE etl.purge_raw(timestamptz, text) IS
    'Moves the horizon of one extract, or of all: history before it is frozen in core, and raw keeps of each key its newest counting row and what its state began with. RC002: called in a transaction block; RC006: unknown extract; RC014: a file before it is not done, or the time is no past one.';
