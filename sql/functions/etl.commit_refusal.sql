CREATE OR REPLACE FUNCTION etl.commit_refusal()
RETURNS text
LANGUAGE plpgsql
AS $commit_refusal$
-- A function can never commit. The server's message depends on its language, so it is provoked and read here.
DECLARE
    v_message text;
BEGIN
    BEGIN
        COMMIT;
    EXCEPTION WHEN invalid_transaction_termination THEN
        GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT;
    END;
    RETURN v_message;
END;
$commit_refusal$;
COMMENT ON FUNCTION etl.commit_refusal() IS 'The message that this server raises if COMMIT is not allowed.';
