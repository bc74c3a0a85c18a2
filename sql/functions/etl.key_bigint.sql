CREATE OR REPLACE FUNCTION etl.key_bigint(p_text text)
RETURNS bigint
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $key_bigint$
SELECT
    CASE
        WHEN pg_catalog.pg_input_is_valid(p_text, 'bigint')
            THEN CASE WHEN p_text::bigint::text = p_text THEN p_text::bigint END
    END;
$key_bigint$;
COMMENT ON FUNCTION etl.key_bigint(text) IS 'Value of a key column; NULL unless the text is the canonical form of a bigint.';
