CREATE OR REPLACE PROCEDURE etl.process_landed(p_load_run_id bigint)
LANGUAGE plpgsql
AS $process_landed$
-- One transaction per file. A procedure with SECURITY DEFINER or SET cannot COMMIT, so this one has neither. Each
-- transaction locks an extract first. If a file fails, its work is rolled back to a savepoint and the failure is
-- recorded; other files are not affected. A file that failed since this call began, in any session, is left to the
-- next call. The workers of one driver begin at different moments, so they share a begin in rawcore.round_began: no
-- worker retries a file that another worker has just tried.
DECLARE
    v_attempt_id bigint;
    v_began constant timestamptz := coalesce(
        nullif(current_setting('rawcore.round_began', true), '')::timestamptz, clock_timestamp()
    );
    v_sqlstate text;
    v_object text;
BEGIN
    LOOP
        v_attempt_id := etl.next_file(p_load_run_id, v_began);
        EXIT WHEN v_attempt_id IS NULL;
        COMMIT;

        IF etl.take_file(v_attempt_id) THEN
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
$process_landed$;
COMMENT ON PROCEDURE etl.process_landed(bigint) IS 'Processes the landed files of a run, one transaction each.';
