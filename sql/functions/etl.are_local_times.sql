CREATE OR REPLACE FUNCTION etl.are_local_times(p_list text, p_gap_patterns text[])
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $are_local_times$
-- Local times are those of the session's TimeZone, which the caller has pinned to the zone of the source.
-- Only hours that the zone has ever skipped need the round trip that tells whether the time exists.
SELECT
    CASE
        WHEN NOT p_list ~
            '^\{(?:(?:[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?)?(?:,\v\f|\}))+$'
            THEN false
        WHEN NOT pg_catalog.pg_input_is_valid(p_list, 'timestamp[]')
            THEN false
        WHEN p_list LIKE ANY (p_gap_patterns)
            THEN p_list::timestamp[]::timestamptz[]::timestamp[] = p_list::timestamp[]
        ELSE true
    END;
$are_local_times$;
COMMENT ON FUNCTION etl.are_local_times(text, text[]) IS
    'Whether every element of an array literal is YYYY-MM-DD HH:MM:SS[.ffffff] and exists in the session''s zone.';
