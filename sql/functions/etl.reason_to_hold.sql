CREATE OR REPLACE FUNCTION etl.reason_to_hold(
    p_source text,
    p_tenant text[],
    p_date_extracted timestamptz,
    p_now timestamptz
)
RETURNS text
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $reason_to_hold$
-- A DateExtracted in the future would make every later file late.
SELECT
    CASE
        WHEN NOT EXISTS (SELECT FROM etl.tenants AS t WHERE t.source = p_source AND t.tenant = p_tenant)
            THEN format('tenant %s is not in etl.tenants', array_to_string(p_tenant, ', '))
        WHEN p_date_extracted > p_now + make_interval(hours => etl.config_bigint('hours_ahead')::integer)
            THEN 'its DateExtracted is in the future'
    END;
$reason_to_hold$;
COMMENT ON FUNCTION etl.reason_to_hold(text, text[], timestamptz, timestamptz) IS
    'Why a file is not read until somebody decides: its tenant is unknown, or its DateExtracted is later than now by more than hours_ahead of etl.config. NULL: nothing holds it.';
