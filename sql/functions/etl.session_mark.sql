CREATE OR REPLACE FUNCTION etl.session_mark()
RETURNS TABLE (pid integer, mark text)
LANGUAGE sql
STABLE
AS $session_mark$
SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_setting('rawcore.mark', true);
$session_mark$;
COMMENT ON FUNCTION etl.session_mark() IS
    'The server process of this session and its setting rawcore.mark. With it, a driver detects a pooler that shares server sessions between clients.';
