CREATE OR REPLACE PROCEDURE etl.exclude_file(p_load_run_file_id bigint, p_reason text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $exclude_file$
-- The decision is kept with the file. The keys of the file are rebuilt from the files that still count.
DECLARE
    v_file etl.load_run_files;
    v_former_id bigint;
BEGIN
    v_file := etl.decide_file(
        p_load_run_file_id, p_reason, 'exclude', ARRAY['processed', 'failed', 'held', 'landed', 'pending']
    );
    UPDATE etl.load_run_files AS f
    SET status = 'excluded', status_reason = p_reason, is_counting = false, decision = 'excluded'
    WHERE f.load_run_file_id = p_load_run_file_id;
    IF v_file.is_counting THEN
        -- The version that this file superseded counts again.
        UPDATE etl.load_run_files AS f
        SET status = 'processed', is_counting = true, superseded_by = NULL
        WHERE f.load_run_file_id = (
            SELECT o.load_run_file_id
            FROM etl.load_run_files AS o
            WHERE o.s3_bucket = v_file.s3_bucket AND o.s3_key = v_file.s3_key AND o.member = v_file.member
                AND o.status = 'superseded'
            ORDER BY o.last_modified DESC, o.load_run_file_id DESC
            LIMIT 1
        )
        RETURNING f.load_run_file_id INTO v_former_id;
        CALL etl.rebuild_file(v_file.extract, p_load_run_file_id);
        IF v_former_id IS NOT NULL THEN
            CALL etl.rebuild_file(v_file.extract, v_former_id);
        END IF;
    END IF;
END;
$exclude_file$;
COMMENT ON PROCEDURE etl.exclude_file(bigint, text) IS
    'Takes a file out of core, with a reason. A reprocess leaves it out; etl.readmit_file lets it count again. RC008: a file in this status cannot be excluded.';
