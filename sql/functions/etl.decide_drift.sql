CREATE OR REPLACE FUNCTION etl.decide_drift(p_drift_id bigint, p_decision text, p_reason text)
RETURNS etl.schema_drift
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $decide_drift$
-- This records the decision only: people edit, review and migrate the contract.
DECLARE
    v_drift etl.schema_drift;
BEGIN
    IF coalesce(btrim(p_reason), '') = '' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC008',
            MESSAGE = format('the decision on proposal %s lacks a reason', p_drift_id),
            HINT = 'Give a reason: it is kept with the decision.';
    END IF;
    UPDATE etl.schema_drift AS d
    SET status = p_decision,
        decided_at = clock_timestamp(),
        decided_by = session_user,
        decision_reason = p_reason
    WHERE d.drift_id = p_drift_id AND d.status = 'proposed'
    RETURNING d.* INTO v_drift;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC008',
            MESSAGE = format('proposal %s is not open', p_drift_id),
            HINT = 'SELECT drift_id, extract, status FROM etl.schema_drift lists the proposals.';
    END IF;
    RETURN v_drift;
END;
$decide_drift$;
COMMENT ON FUNCTION etl.decide_drift(bigint, text, text) IS
    'Records that a proposal is accepted or declined, by whom and why. RC008: it is not open, or the reason is missing.';
