CREATE OR REPLACE FUNCTION etl.report_health()
RETURNS TABLE (
    source text,
    last_success timestamptz,
    newest_batch timestamptz,
    files_open bigint,
    files_failed bigint,
    files_held bigint,
    files_stale bigint,
    batches_incomplete bigint,
    names_unread bigint,
    risky_log_settings text[]
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $report_health$
BEGIN
    RETURN QUERY SELECT h.* FROM etl.health AS h;
END;
$report_health$;
COMMENT ON FUNCTION etl.report_health() IS 'The rows of etl.health, for the driver.';
