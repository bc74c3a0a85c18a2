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
    'Purges raw up to a new horizon, for one extract or all. History before the horizon is frozen in core; of each key, raw keeps the newest counting row and the row with which its state began. RC002: called in a transaction block; RC006: unknown extract; RC014: a file before the horizon is not done, or the horizon is not in the past.';
