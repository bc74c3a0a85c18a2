CREATE OR REPLACE PROCEDURE etl.refuse_transaction_block(p_routine text)
LANGUAGE plpgsql
AS $refuse_transaction_block$
-- With an EXCEPTION clause COMMIT fails in any case, but in a transaction block with the message that a function
-- gets, and elsewhere with another.
DECLARE
    v_message text;
BEGIN
    BEGIN
        COMMIT;
    EXCEPTION WHEN invalid_transaction_termination THEN
        GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT;
    END;
    IF v_message = etl.commit_refusal() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC002',
            MESSAGE = format('%s commits after each file, so it cannot run inside a transaction block', p_routine),
            HINT = 'End the block with COMMIT or ROLLBACK, then call it by itself (psql: outside BEGIN; drivers: autocommit).';
    END IF;
END;
$refuse_transaction_block$;
COMMENT ON PROCEDURE etl.refuse_transaction_block(text) IS 'Raises RC002 when it is called inside a transaction block.';
