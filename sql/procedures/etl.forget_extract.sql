CREATE OR REPLACE PROCEDURE etl.forget_extract(p_extract text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $forget_extract$
-- Without the tables of the extract, its files cannot be traced or processed, so their entries are deleted too. The
-- objects stay in S3, and the next run parses their names again.
DECLARE
    v_file_ids bigint[];
BEGIN
    CALL etl.hold_extract(p_extract);
    SELECT coalesce(array_agg(f.load_run_file_id), '{}') INTO v_file_ids
    FROM etl.load_run_files AS f
    WHERE f.extract = p_extract;
    DELETE FROM etl.dq_results AS q WHERE q.load_run_file_id = ANY (v_file_ids);
    DELETE FROM etl.file_attempts AS a WHERE a.load_run_file_id = ANY (v_file_ids);
    DELETE FROM etl.load_run_plan AS p WHERE p.load_run_file_id = ANY (v_file_ids);
    DELETE FROM etl.load_run_files AS f WHERE f.extract = p_extract;
    DELETE FROM etl.s3_objects AS o WHERE o.extract = p_extract;
    DELETE FROM etl.feature_flags AS g WHERE g.extract = p_extract;
    DELETE FROM etl.extracts AS e WHERE e.extract = p_extract;
END;
$forget_extract$;
COMMENT ON PROCEDURE etl.forget_extract(text) IS
    'Removes an extract and the entries of its files from the schema etl; for migrations that drop its tables.';
