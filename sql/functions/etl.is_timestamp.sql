CREATE OR REPLACE FUNCTION etl.is_timestamp(p_text text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $is_timestamp$
-- The round trip through timestamp refuses texts that the type accepts but that are not canonical: AM, zones, 24:00,
-- :60, blanks, more than six decimals. Trailing zeros of the decimals are ignored.
SELECT
    CASE
        WHEN p_text IS NULL THEN NULL
        WHEN p_text NOT LIKE '____-__-__ __:__:__%' OR p_text LIKE '%C' THEN false
        WHEN NOT pg_catalog.pg_input_is_valid(p_text, 'timestamp') THEN false
        WHEN p_text = p_text::timestamp::text THEN true
        WHEN p_text LIKE '%.' THEN false
        ELSE pg_catalog.rtrim(p_text, '0') IN (
            p_text::timestamp::text, p_text::timestamp::text || '.'
        )
    END;
$is_timestamp$;
COMMENT ON FUNCTION etl.is_timestamp(text) IS
    'Whether a text is YYYY-MM-DD HH:MM:SS[.ffffff]; for columns with a fixed zone, in which every local time exists.';
