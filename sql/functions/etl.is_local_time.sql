CREATE OR REPLACE FUNCTION etl.is_local_time(p_text text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $is_local_time$
-- The round trip through timestamptz refuses texts that the types accept but that are not canonical (AM, zones, 24:00,
-- :60, blanks, more than six decimals), and times that the zone skips. Trailing zeros of the decimals are ignored. The
-- zone is the session's TimeZone, which the caller has pinned.
SELECT
    CASE
        WHEN p_text IS NULL THEN NULL
        WHEN p_text NOT LIKE '____-__-__ __:__:__%' OR p_text LIKE '%C' THEN false
        WHEN NOT pg_catalog.pg_input_is_valid(p_text, 'timestamp') THEN false
        WHEN p_text = p_text::timestamptz::timestamp::text THEN true
        WHEN p_text LIKE '%.' THEN false
        ELSE pg_catalog.rtrim(p_text, '0') IN (
            p_text::timestamptz::timestamp::text, p_text::timestamptz::timestamp::text || '.'
        )
    END;
$is_local_time$;
COMMENT ON FUNCTION etl.is_local_time(text) IS
    'Whether a text is YYYY-MM-DD HH:MM:SS[.ffffff] and such a time exists in the session''s zone.';
