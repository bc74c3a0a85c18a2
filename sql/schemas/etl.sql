CREATE SCHEMA etl AUTHORIZATION etl_owner;
COMMENT ON SCHEMA etl IS 'Control and audit: contracts as migrated, objects, runs, files, attempts, rejects, and the routines.';
