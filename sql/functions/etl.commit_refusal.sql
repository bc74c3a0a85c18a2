CREATE OR REPLACE FUNCTION etl.commit_refusal()
RETURNS text
LANGUAGE plpgsql
AS $commit_refusal$
-- A function can never commit; what the server says to that, in its language.
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
COMMENT ON FUNCTION etl.commit_refusal() IS 'The server''s message to a COMMIT where none is possible.';
