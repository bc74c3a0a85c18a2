-- What each role may do. Run by the owner before its first routine is created, because new routines are
-- executable by PUBLIC unless the default says otherwise; views and routines add their own grants.
ALTER DEFAULT PRIVILEGES FOR ROLE etl_owner REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

GRANT USAGE ON SCHEMA raw TO etl_writer, etl_auditor;
GRANT USAGE ON SCHEMA etl TO etl_writer, etl_auditor;
GRANT USAGE ON SCHEMA core TO app_reader, etl_auditor;
