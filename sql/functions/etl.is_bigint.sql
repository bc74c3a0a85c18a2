CREATE OR REPLACE FUNCTION etl.is_bigint(p_text text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $is_bigint$
-- The round trip refuses texts that the type accepts but that are not canonical: +1, 007, 1_000, 0x1F, blanks.
SELECT
    CASE
        WHEN NOT pg_catalog.pg_input_is_valid(p_text, 'bigint') THEN false
        ELSE p_text::bigint::text = p_text
    END;
$is_bigint$;
COMMENT ON FUNCTION etl.is_bigint(text) IS
    'Whether a text is a whole number in the range of bigint, without plus sign and leading zeros.';
