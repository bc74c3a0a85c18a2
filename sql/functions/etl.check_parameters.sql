CREATE OR REPLACE FUNCTION etl.check_parameters(p_source text, p_parameters jsonb)
RETURNS void
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $check_parameters$
DECLARE
    v_unknown text;
BEGIN
    SELECT min(x.extract) INTO v_unknown
    FROM jsonb_array_elements_text(coalesce(p_parameters -> 'extracts', '[]')) AS x (extract)
    WHERE NOT EXISTS (SELECT FROM etl.extracts AS e WHERE e.source = p_source AND e.extract = x.extract);
    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC006',
            MESSAGE = format('there is no extract %s', v_unknown),
            HINT = (
                SELECT 'Extracts: ' || string_agg(e.extract, ', ' ORDER BY e.load_order)
                FROM etl.extracts AS e
                WHERE e.source = p_source
            );
    END IF;

    SELECT min(format('%s=%s', o.key, o.value)) INTO v_unknown
    FROM jsonb_each_text(coalesce(p_parameters -> 'overrides', '{}')) AS o
    WHERE
        CASE
            WHEN o.key IN ('reject_rate', 'mirror_close_share') AND pg_input_is_valid(o.value, 'numeric')
                THEN o.value::numeric NOT BETWEEN 0 AND 1
            WHEN o.key IN ('mirror', 'hold_incomplete_batches') THEN NOT pg_input_is_valid(o.value, 'boolean')
            ELSE true
        END;
    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC009',
            MESSAGE = format('%s sets nothing that a run can set', v_unknown),
            HINT = 'A run can set reject_rate and mirror_close_share, between 0 and 1; mirror and hold_incomplete_batches, true or false.';
    END IF;
END;
$check_parameters$;
COMMENT ON FUNCTION etl.check_parameters(text, jsonb) IS
    'Refuses what a run of the source cannot be started with. RC006: an extract that is none; RC009: an override that is none, or a value it cannot have.';
