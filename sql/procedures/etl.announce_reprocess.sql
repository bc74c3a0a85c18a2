CREATE OR REPLACE PROCEDURE etl.announce_reprocess(p_extract text, p_reason text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $announce_reprocess$
DECLARE
    v_files bigint;
BEGIN
    SELECT count(*) INTO v_files
    FROM etl.load_run_files AS f
    WHERE f.extract = p_extract AND f.is_counting
        AND f.ruleset_fingerprint IS DISTINCT FROM etl.ruleset_fingerprint(p_extract, f.date_extracted);
    IF v_files > 0 THEN
        RAISE WARNING
            '%: % file(s) were processed by different rules. %. Run: CALL etl.reprocess_extract(%, NULL, NULL);',
            p_extract, v_files, p_reason, quote_literal(p_extract);
    END IF;
END;
$announce_reprocess$;
COMMENT ON PROCEDURE etl.announce_reprocess(text, text) IS
    'Warns if a migration has left stale files: tells what core shows until then (p_reason), and how to bring core up to date.';
