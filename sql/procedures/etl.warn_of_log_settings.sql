CREATE OR REPLACE PROCEDURE etl.warn_of_log_settings()
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $warn_of_log_settings$
DECLARE
    c_settings constant text[] := etl.risky_log_settings();
BEGIN
    IF c_settings <> '{}' THEN
        RAISE WARNING USING
            MESSAGE = format(
                'this server can write field content into its log (%s): set log_error_verbosity = terse, %s',
                array_to_string(c_settings, ', '),
                'log_parameter_max_length = 0 and log_parameter_max_length_on_error = 0'
            );
    END IF;
END;
$warn_of_log_settings$;
COMMENT ON PROCEDURE etl.warn_of_log_settings() IS
    'Warns, at the end of each migration, if settings of the server let field content into its log.';
