CREATE OR REPLACE FUNCTION etl.quoted_row(
    p_fields text[],
    p_field_separator text,
    p_row_separator text,
    p_quote text
)
RETURNS text
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $quoted_row$
-- As in RFC 4180, a field is quoted only if it holds a separator, a line end or a quote.
SELECT
    pg_catalog.string_agg(
        CASE
            WHEN pg_catalog.strpos(f.value, p_field_separator) + pg_catalog.strpos(f.value, p_row_separator) > 0
                OR pg_catalog.strpos(f.value, p_quote) > 0
                OR f.value ~ '[\r\n]'
                THEN p_quote || pg_catalog.array_to_string(
                    pg_catalog.string_to_array(f.value, p_quote), p_quote || p_quote
                ) || p_quote
            ELSE coalesce(f.value, '')
        END,
        p_field_separator ORDER BY f.place
    )
FROM pg_catalog.unnest(p_fields) WITH ORDINALITY AS f (value, place);
$quoted_row$;
COMMENT ON FUNCTION etl.quoted_row(text[], text, text, text) IS
    'The fields of a row as one text with separators. NULL becomes empty; a field with a separator, a line end or a quote is quoted.';
