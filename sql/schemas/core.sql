CREATE SCHEMA core AUTHORIZATION etl_owner;
COMMENT ON SCHEMA core IS 'What analysts read: dimensions with history, facts by natural key, and the files that rows came from.';
