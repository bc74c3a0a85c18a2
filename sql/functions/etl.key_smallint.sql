CREATE OR REPLACE FUNCTION etl.key_smallint(p_text text)
RETURNS smallint
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $key_smallint$
SELECT
    CASE
        WHEN pg_catalog.pg_input_is_valid(p_text, 'smallint')
            THEN CASE WHEN p_text::smallint::text = p_text THEN p_text::smallint END
    END;
$key_smallint$;
COMMENT ON FUNCTION etl.key_smallint(text) IS 'Value of a key column; NULL unless the text is the canonical form of a smallint.';
