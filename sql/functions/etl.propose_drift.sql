CREATE OR REPLACE FUNCTION etl.propose_drift(
    p_load_run_file_id bigint,
    p_fields bigint,
    p_headings text[],
    p_change text,
    p_proposal text,
    p_evidence jsonb
)
RETURNS etl.schema_drift
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $propose_drift$
-- A proposal that was recorded before is returned, with its decision; any other open proposal of the extract is
-- replaced.
DECLARE
    v_file etl.load_run_files;
    v_drift etl.schema_drift;
BEGIN
    SELECT f.* INTO STRICT v_file FROM etl.load_run_files AS f WHERE f.load_run_file_id = p_load_run_file_id;
    SELECT d.* INTO v_drift
    FROM etl.schema_drift AS d
    WHERE d.extract = v_file.extract AND d.change = p_change AND d.proposal IS NOT DISTINCT FROM p_proposal
        AND d.date_extracted = v_file.date_extracted
    ORDER BY d.drift_id DESC
    LIMIT 1;
    IF FOUND THEN
        RETURN v_drift;
    END IF;

    INSERT INTO etl.schema_drift AS d (
        extract, load_run_file_id, date_extracted, fields, headings, change, proposal, evidence,
        status, proposed_at, proposed_by
    )
    VALUES (
        v_file.extract, p_load_run_file_id, v_file.date_extracted, p_fields, p_headings, p_change, p_proposal,
        p_evidence, 'proposed', clock_timestamp(), session_user
    )
    ON CONFLICT (extract) WHERE status = 'proposed' DO UPDATE
    SET load_run_file_id = excluded.load_run_file_id,
        date_extracted = excluded.date_extracted,
        fields = excluded.fields,
        headings = excluded.headings,
        change = excluded.change,
        proposal = excluded.proposal,
        evidence = excluded.evidence,
        proposed_at = excluded.proposed_at,
        proposed_by = excluded.proposed_by
    RETURNING d.* INTO v_drift;
    RETURN v_drift;
END;
$propose_drift$;
COMMENT ON FUNCTION etl.propose_drift(bigint, bigint, text[], text, text, jsonb) IS
    'Records the proposal for a drifted file and returns it. If the same proposal was recorded before, returns that one.';
