CREATE OR REPLACE FUNCTION etl.unread_names(p_source text, p_limit bigint DEFAULT NULL)
RETURNS TABLE (s3_key text, name_problem text, first_seen timestamptz)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $unread_names$
SELECT o.s3_key, o.name_problem, o.first_seen
FROM etl.s3_objects AS o
WHERE o.source = p_source AND o.name_problem IS NOT NULL
ORDER BY o.first_seen DESC, o.s3_key
LIMIT p_limit;
$unread_names$;
COMMENT ON FUNCTION etl.unread_names(text, bigint) IS
    'The objects whose names could not be parsed, and why, newest first; at most p_limit, NULL: all.';
