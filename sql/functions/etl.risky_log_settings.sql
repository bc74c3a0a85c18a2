CREATE OR REPLACE FUNCTION etl.risky_log_settings()
RETURNS text[]
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $risky_log_settings$
-- CONTEXT of a cancelled COPY and DETAIL of an error quote rows; statements that are logged can quote parameters.
SELECT coalesce(array_agg(format('%s = %s', s.name, s.setting) ORDER BY s.name), '{}')
FROM pg_settings AS s
WHERE
    CASE s.name
        WHEN 'log_error_verbosity' THEN s.setting <> 'terse'
        WHEN 'log_parameter_max_length' THEN s.setting <> '0'
        WHEN 'log_parameter_max_length_on_error' THEN s.setting <> '0'
    END;
$risky_log_settings$;
COMMENT ON FUNCTION etl.risky_log_settings() IS
    'Settings of this server that let field content into its log; empty: none. They should be log_error_verbosity = terse, log_parameter_max_length = 0, log_parameter_max_length_on_error = 0.';
