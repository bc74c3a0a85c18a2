CREATE OR REPLACE PROCEDURE etl.keep_verdicts(p_extract text, p_before timestamptz)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $keep_verdicts$
-- For changes of a contract that change no value and no verdict: an optional new column, a renamed or moved column.
BEGIN
    UPDATE etl.load_run_files AS f
    SET ruleset_fingerprint = etl.ruleset_fingerprint(p_extract, f.date_extracted)
    WHERE f.extract = p_extract AND f.ruleset_fingerprint IS NOT NULL
        AND (p_before IS NULL OR f.date_extracted < p_before)
        AND f.load_run_file_id::text <> ALL (
            string_to_array(current_setting('rawcore.stale_of_' || p_extract), ',')
        );
END;
$keep_verdicts$;
COMMENT ON PROCEDURE etl.keep_verdicts(text, timestamptz) IS
    'Marks files as current after a change of rules that changes no verdict: files before a DateExtracted (NULL: all) that were not stale when etl.remember_rules was called.';
