CREATE OR REPLACE FUNCTION etl.rebuild_differences(p_extract text)
RETURNS TABLE (load_run_file_id bigint, problem text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $rebuild_differences$
-- Rebuilds the keys of every counting file, counts what changed, and rolls back: a rebuild writes differences only.
DECLARE
    v_file_id bigint;
    v_changes bigint;
BEGIN
    FOR v_file_id IN
        SELECT f.load_run_file_id
        FROM etl.load_run_files AS f
        WHERE f.extract = p_extract AND f.is_counting
        ORDER BY f.date_extracted
    LOOP
        BEGIN
            CALL etl.rebuild_file(p_extract, v_file_id);
            SELECT f.core_inserted + f.core_updated + f.core_closed INTO v_changes
            FROM etl.load_run_files AS f
            WHERE f.load_run_file_id = v_file_id;
            RAISE EXCEPTION USING ERRCODE = 'RC099', MESSAGE = 'take back';
        EXCEPTION WHEN SQLSTATE 'RC099' THEN
            IF v_changes > 0 THEN
                load_run_file_id := v_file_id;
                problem := format('%s rows of core differ from what raw gives', v_changes);
                RETURN NEXT;
            END IF;
        END;
    END LOOP;
END;
$rebuild_differences$;
COMMENT ON FUNCTION etl.rebuild_differences(text) IS
    'The counting files for whose keys a rebuild from raw would change core. Changes nothing. The caller holds the extract''s lock.';
