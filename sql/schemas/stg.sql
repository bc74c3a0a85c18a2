CREATE SCHEMA stg AUTHORIZATION etl_owner;
COMMENT ON SCHEMA stg IS 'The newest valid state of each natural key, typed and checked.';
