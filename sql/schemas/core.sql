CREATE SCHEMA core AUTHORIZATION etl_owner;
COMMENT ON SCHEMA core IS 'What people read: dimensions with history, facts by natural key, and the files they came from.';
