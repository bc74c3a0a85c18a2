CREATE OR REPLACE FUNCTION etl.check_batches(p_source text, p_now timestamptz)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $check_batches$
BEGIN
    -- A file that was missing has arrived.
    UPDATE etl.dq_results AS d
    SET passed = true, measured = 0, checked_at = p_now
    FROM etl.load_run_files AS f
    WHERE d.load_run_file_id IS NULL AND d.source = p_source AND NOT d.passed
        AND f.source = d.source AND f.tenant = d.tenant AND f.date_extracted = d.date_extracted
        AND 'missing:' || f.extract = d.check_name;

    INSERT INTO etl.dq_results (
        source, tenant, date_extracted, check_name, passed, measured, threshold, checked_at
    )
    SELECT b.source, b.tenant, b.batch, 'missing:' || m.extract, false, 1, 0, p_now
    FROM etl.batches AS b
    CROSS JOIN LATERAL unnest(b.missing) AS m (extract)
    WHERE b.source = p_source AND b.files_pending > 0
    ON CONFLICT DO NOTHING;
END;
$check_batches$;
COMMENT ON FUNCTION etl.check_batches(text, timestamptz) IS
    'Records in etl.dq_results which extracts batches with new files lack, and which of them have arrived since. Writes only changes.';
