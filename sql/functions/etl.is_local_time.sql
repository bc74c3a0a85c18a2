CREATE OR REPLACE FUNCTION etl.is_local_time(p_text text, p_gap_patterns text[])
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $is_local_time$
-- The way to the value and back refuses what the type reads too generously: AM, zones, 24:00, :60, blanks, more than
-- six decimals. Zeros at the end of the decimals say nothing. The zone is the session's TimeZone, which the caller has
-- pinned; only in hours that it has ever skipped does it take a round trip to tell whether the time exists.
SELECT
    CASE
        WHEN p_text IS NULL THEN NULL
        WHEN p_text NOT LIKE '____-__-__ __:__:__%' THEN false
        WHEN NOT pg_catalog.pg_input_is_valid(p_text, 'timestamp') THEN false
        WHEN p_text <> p_text::timestamp::text
            AND (
                p_text LIKE '%.'
                OR pg_catalog.rtrim(p_text, '0') NOT IN (p_text::timestamp::text, p_text::timestamp::text || '.')
            ) THEN false
        WHEN p_text LIKE '%BC' THEN false
        WHEN p_text LIKE ANY (p_gap_patterns) THEN p_text::timestamp::timestamptz::timestamp = p_text::timestamp
        ELSE true
    END;
$is_local_time$;
COMMENT ON FUNCTION etl.is_local_time(text, text[]) IS
    'Whether a text is YYYY-MM-DD HH:MM:SS[.ffffff] and such a time exists in the session''s zone, whose skipped hours are given as LIKE patterns.';
