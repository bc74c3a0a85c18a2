CREATE OR REPLACE FUNCTION etl.lock_source(p_source text)
RETURNS boolean
LANGUAGE sql
VOLATILE
AS $lock_source$
SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtext('rawcore.run'), pg_catalog.hashtext(p_source));
$lock_source$;
COMMENT ON FUNCTION etl.lock_source(text) IS
    'Locks the source for a run until the session ends. False: another session holds the lock.';
