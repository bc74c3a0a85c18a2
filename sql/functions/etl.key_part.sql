CREATE OR REPLACE FUNCTION etl.key_part(p_text text)
RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $key_part$
SELECT pg_catalog.octet_length(p_text)::text || ':' || p_text;
$key_part$;
COMMENT ON FUNCTION etl.key_part(text) IS
    'One part of a surrogate key''s input, with its length in bytes before it, so that (1, 23) and (12, 3) give different keys.';
