CREATE OR REPLACE FUNCTION etl.unlock_source(p_source text)
RETURNS boolean
LANGUAGE sql
VOLATILE
AS $unlock_source$
SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtext('rawcore.run'), pg_catalog.hashtext(p_source));
$unlock_source$;
COMMENT ON FUNCTION etl.unlock_source(text) IS 'Releases the lock of etl.lock_source.';
