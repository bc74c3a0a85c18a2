CREATE SCHEMA raw AUTHORIZATION etl_owner;
COMMENT ON SCHEMA raw IS 'Delivered rows as text, lossless: one table and one view with lineage per extract.';
