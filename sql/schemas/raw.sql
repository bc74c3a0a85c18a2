CREATE SCHEMA raw AUTHORIZATION etl_owner;
COMMENT ON SCHEMA raw IS 'Delivered rows as text, unchanged: per extract one table, and one view with lineage.';
