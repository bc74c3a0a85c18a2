-- Default privileges. The owner sets them before its first routine is created, because by default PUBLIC may execute
-- new routines. Views and routines add their own grants.
ALTER DEFAULT PRIVILEGES FOR ROLE etl_owner REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

GRANT USAGE ON SCHEMA raw TO etl_writer, etl_auditor;
GRANT USAGE ON SCHEMA etl TO etl_writer, etl_auditor;
GRANT USAGE ON SCHEMA core TO app_reader, etl_auditor;
