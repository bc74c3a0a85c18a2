CREATE OR REPLACE FUNCTION etl.is_date(p_text text)
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $is_date$
-- DateStyle is ISO: the caller has pinned it. A time other than midnight is refused, because the cast would drop it.
SELECT
    CASE
        WHEN NOT pg_catalog.pg_input_is_valid(p_text, 'date') THEN false
        WHEN p_text LIKE '____-__-__' THEN p_text::date::text = p_text
        WHEN p_text LIKE '____-__-__ 00:00:00' THEN p_text::date::text || ' 00:00:00' = p_text
        ELSE p_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2} 00:00:00\.0{1,6}$'
    END;
$is_date$;
COMMENT ON FUNCTION etl.is_date(text) IS 'Whether a text is a date YYYY-MM-DD, alone or with a midnight time.';
