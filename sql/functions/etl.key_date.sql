CREATE OR REPLACE FUNCTION etl.key_date(p_text text)
RETURNS date
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $key_date$
SELECT
    CASE
        WHEN pg_catalog.pg_input_is_valid(p_text, 'date')
            THEN CASE WHEN p_text::date::text = p_text THEN p_text::date END
    END;
$key_date$;
COMMENT ON FUNCTION etl.key_date(text) IS 'Value of a key column; NULL unless the text is the canonical form of a date.';
