CREATE OR REPLACE PROCEDURE etl.process_batch(p_load_run_id bigint)
LANGUAGE plpgsql
AS $process_batch$
-- Process the landed files of a run, one transaction per file; several sessions may call this at once and share them.
-- Neither SECURITY DEFINER nor SET: with either a procedure cannot COMMIT. Each transaction takes the lock of an
-- extract first; a file's failure is rolled back to its savepoint, recorded, and does not touch the others.
DECLARE
    v_attempt_id bigint;
    v_file_id bigint;
    v_tried bigint[] := '{}';
    v_sqlstate text;
    v_object text;
BEGIN
    IF pg_catalog.now() <> pg_catalog.statement_timestamp() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC002',
            MESSAGE = 'etl.process_batch commits after each file, so it cannot run inside a transaction block',
            HINT = 'End the block with COMMIT or ROLLBACK, then call it by itself (psql: outside BEGIN; drivers: autocommit).';
    END IF;
    IF NOT etl.run_exists(p_load_run_id) THEN
        CALL etl.raise_unknown_run(p_load_run_id);
    END IF;

    LOOP
        v_attempt_id := etl.next_file(p_load_run_id, v_tried);
        EXIT WHEN v_attempt_id IS NULL;
        COMMIT;

        v_file_id := etl.take_file(v_attempt_id);
        IF etl.attempt_is_open(v_attempt_id) THEN
            v_tried := v_tried || v_file_id;
            BEGIN
                CALL etl.process_file(v_attempt_id);
            EXCEPTION WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS v_sqlstate = RETURNED_SQLSTATE, v_object = TABLE_NAME;
                CALL etl.fail_processing(v_attempt_id, v_sqlstate, v_object);
            END;
        END IF;
        COMMIT;
    END LOOP;
END;
$process_batch$;
COMMENT ON PROCEDURE etl.process_batch(bigint) IS
    'Types, rejects, deduplicates and merges the landed files of a run; commits after each. RC001: unknown run; RC002: called in a transaction block.';
