CREATE OR REPLACE FUNCTION etl.key_integer(p_text text)
RETURNS integer
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $key_integer$
SELECT
    CASE
        WHEN pg_catalog.pg_input_is_valid(p_text, 'integer')
            THEN CASE WHEN p_text::integer::text = p_text THEN p_text::integer END
    END;
$key_integer$;
COMMENT ON FUNCTION etl.key_integer(text) IS 'Value of a key column; NULL unless the text is the canonical form of an integer.';
