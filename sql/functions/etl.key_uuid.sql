CREATE OR REPLACE FUNCTION etl.key_uuid(p_text text)
RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $key_uuid$
SELECT
    CASE
        WHEN pg_catalog.pg_input_is_valid(p_text, 'uuid')
            THEN CASE WHEN p_text::uuid::text = p_text THEN p_text::uuid END
    END;
$key_uuid$;
COMMENT ON FUNCTION etl.key_uuid(text) IS 'Value of a key column; NULL unless the text is the canonical form of a uuid.';
