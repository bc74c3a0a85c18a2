CREATE OR REPLACE PROCEDURE etl.refuse_transaction_block(p_routine text)
LANGUAGE plpgsql
AS $refuse_transaction_block$
-- COMMIT always fails inside a block with an EXCEPTION clause. In a transaction block it fails with the same message
-- as in a function (etl.commit_refusal), otherwise with a different one.
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
            HINT = 'End the block with COMMIT or ROLLBACK, then call the procedure by itself (psql: outside BEGIN; client libraries: autocommit).';
    END IF;
END;
$refuse_transaction_block$;
COMMENT ON PROCEDURE etl.refuse_transaction_block(text) IS 'Raises RC002 if it is called inside a transaction block.';
