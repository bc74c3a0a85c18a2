CREATE OR REPLACE FUNCTION etl.reject_landing(
    p_load_run_file_id bigint,
    p_line_no bigint,
    p_row_text text,
    p_code text,
    p_reason text
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $reject_landing$
DECLARE
    v_extract text;
BEGIN
    SELECT f.extract INTO v_extract
    FROM etl.load_run_files AS f
    WHERE f.load_run_file_id = p_load_run_file_id AND f.status = 'loading';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC004',
            MESSAGE = format('file %s is not being landed', p_load_run_file_id),
            HINT = 'Rows are rejected between etl.claim_landing and etl.finish_landing, in one transaction.';
    END IF;
    EXECUTE format(
        $query$
            INSERT INTO etl.%I (load_run_file_id, line_no, stage, row_text, field_errors)
            VALUES ($1, $2, 'landing', $3, $4)
        $query$,
        'rejects_' || v_extract
    )
    USING p_load_run_file_id, p_line_no, p_row_text,
        jsonb_build_object('(row)', jsonb_build_object('code', p_code, 'reason', p_reason));
END;
$reject_landing$;
COMMENT ON FUNCTION etl.reject_landing(bigint, bigint, text, text, text) IS
    'Writes a row that does not fit the raw table to the rejects of its extract. RC004: the file is not being landed.';
