CREATE OR REPLACE FUNCTION etl.summary_of_run(p_load_run_id bigint)
RETURNS TABLE (
    load_run_id bigint,
    batch timestamptz,
    "extract" text,
    files bigint,
    files_processed bigint,
    files_failed bigint,
    files_held bigint,
    files_skipped bigint,
    rows_read bigint,
    rows_ingested bigint,
    rows_unchanged bigint,
    rows_duplicate bigint,
    rows_rejected bigint,
    core_inserted bigint,
    core_updated bigint,
    core_closed bigint
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $summary_of_run$
BEGIN
    RETURN QUERY
    SELECT s.*
    FROM etl.run_summary AS s
    WHERE s.load_run_id = p_load_run_id
    ORDER BY s.batch, s.extract;
END;
$summary_of_run$;
COMMENT ON FUNCTION etl.summary_of_run(bigint) IS 'The rows of etl.run_summary of one run, in order.';
