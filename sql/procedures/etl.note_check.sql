CREATE OR REPLACE PROCEDURE etl.note_check(
    p_load_run_file_id bigint,
    p_check_name text,
    p_measured numeric,
    p_threshold numeric,
    p_checked_at timestamptz
)
LANGUAGE sql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $note_check$
INSERT INTO etl.dq_results (load_run_file_id, check_name, passed, measured, threshold, checked_at)
VALUES (p_load_run_file_id, p_check_name, p_measured <= p_threshold, p_measured, p_threshold, p_checked_at)
ON CONFLICT (load_run_file_id, check_name) WHERE load_run_file_id IS NOT NULL DO UPDATE
SET passed = excluded.passed,
    measured = excluded.measured,
    threshold = excluded.threshold,
    checked_at = excluded.checked_at;
$note_check$;
COMMENT ON PROCEDURE etl.note_check(bigint, text, numeric, numeric, timestamptz) IS 'Records the result of a check of a whole file.';
