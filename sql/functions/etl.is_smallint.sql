CREATE OR REPLACE FUNCTION etl.is_smallint(p_text text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $is_smallint$
-- The round trip refuses texts that the type accepts but that are not canonical: +1, 007, 1_000, 0x1F, blanks.
SELECT
    CASE
        WHEN NOT pg_catalog.pg_input_is_valid(p_text, 'smallint') THEN false
        ELSE p_text::smallint::text = p_text
    END;
$is_smallint$;
COMMENT ON FUNCTION etl.is_smallint(text) IS
    'Whether a text is a whole number in the range of smallint, without plus sign and leading zeros.';
