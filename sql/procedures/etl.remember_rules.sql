CREATE OR REPLACE PROCEDURE etl.remember_rules(p_extract text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $remember_rules$
DECLARE
    v_stale text;
BEGIN
    SELECT string_agg(f.load_run_file_id::text, ',') INTO v_stale
    FROM etl.load_run_files AS f
    WHERE f.extract = p_extract
        AND f.ruleset_fingerprint <> etl.ruleset_fingerprint(p_extract, f.date_extracted);
    PERFORM set_config('rawcore.stale_of_' || p_extract, coalesce(v_stale, ''), true);
END;
$remember_rules$;
COMMENT ON PROCEDURE etl.remember_rules(text) IS
    'Records which files of an extract are stale before a migration changes its rules, so that etl.keep_verdicts leaves them stale.';
