-- Written by `make migration`: the way back from apply.sql. It drops all data.
-- The roles stay: they belong to the whole server, and another database may use them.
SET LOCAL lock_timeout = '5s';
SET LOCAL ROLE etl_owner;
DROP SCHEMA core CASCADE;
DROP SCHEMA stg CASCADE;
DROP SCHEMA raw CASCADE;
DROP SCHEMA etl CASCADE;
ALTER DEFAULT PRIVILEGES FOR ROLE etl_owner GRANT EXECUTE ON ROUTINES TO PUBLIC;
RESET ROLE;
