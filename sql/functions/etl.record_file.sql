CREATE OR REPLACE FUNCTION etl.record_file(p_file_attempt_id bigint)
RETURNS etl.load_run_files
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $record_file$
-- Kind, mirror and thresholds are recorded when the file is first processed, and stay unless the options of a run
-- override them. The ruleset fingerprint is always that of today's rules.
DECLARE
    v_file etl.load_run_files;
    v_extract etl.extracts;
    v_parameters jsonb;
    v_overrides jsonb;
    v_named_kind text;
    v_kind text;
    v_is_told boolean;
BEGIN
    SELECT f.* INTO v_file
    FROM etl.load_run_files AS f
    WHERE f.file_attempt_id = p_file_attempt_id AND f.status = 'processing';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC004',
            MESSAGE = format('attempt %s is not processing a file', p_file_attempt_id),
            HINT = 'Files are processed by CALL etl.process_batch(load_run_id).';
    END IF;
    CALL etl.refuse_frozen(ARRAY[v_file.load_run_file_id]);
    SELECT e.* INTO v_extract FROM etl.extracts AS e WHERE e.extract = v_file.extract;
    IF v_extract.has_pseudonyms AND NOT EXISTS (SELECT FROM etl.pseudonym_keys) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC010',
            MESSAGE = 'the pseudonym key is not set',
            HINT = 'As a member of etl_owner: CALL etl.set_pseudonym_key(''…'') with 32 characters or more, kept in your vault.';
    END IF;
    SELECT coalesce(r.parameters, '{}') INTO v_parameters
    FROM etl.file_attempts AS a
    LEFT JOIN etl.load_runs AS r ON r.load_run_id = a.load_run_id
    WHERE a.file_attempt_id = p_file_attempt_id;

    v_named_kind := etl.named_kind(v_file);
    v_is_told := v_named_kind IS NULL AND v_parameters ? 'kind' OR v_parameters #> '{overrides,mirror}' IS NOT NULL;
    v_parameters := v_file.told || v_parameters;
    v_kind := coalesce(
        CASE WHEN v_named_kind IS NULL THEN v_parameters ->> 'kind' END, v_file.kind, v_named_kind, 'delta'
    );
    v_overrides := coalesce(v_parameters -> 'overrides', '{}');

    UPDATE etl.load_run_files AS f
    SET kind = v_kind,
        is_mirror = coalesce(
            CASE WHEN NOT v_is_told THEN f.is_mirror END,
            v_extract.full_load = 'mirror' AND v_kind = 'full'
            AND coalesce((v_overrides ->> 'mirror')::boolean, etl.flag_is_on('mirror', v_extract.extract))
        ),
        reject_rate = coalesce((v_overrides ->> 'reject_rate')::numeric, f.reject_rate, v_extract.reject_rate),
        mirror_close_share = coalesce(
            (v_overrides ->> 'mirror_close_share')::numeric, f.mirror_close_share, v_extract.mirror_close_share
        ),
        ruleset_fingerprint = etl.ruleset_fingerprint(f.extract, f.date_extracted)
    WHERE f.load_run_file_id = v_file.load_run_file_id
    RETURNING f.* INTO v_file;
    RETURN v_file;
END;
$record_file$;
COMMENT ON FUNCTION etl.record_file(bigint) IS
    'Records kind, mirror, thresholds and ruleset fingerprint of the file of an attempt; returns the file. RC004: the file is not being processed; RC010: the pseudonym key is not set; RC013: the file lies before the horizon.';
