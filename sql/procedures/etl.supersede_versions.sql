CREATE OR REPLACE PROCEDURE etl.supersede_versions(p_load_run_file_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $supersede_versions$
-- The newest counting version of an object supersedes all older ones, in whatever order they were processed.
BEGIN
    WITH versions AS (
        SELECT
            o.load_run_file_id,
            first_value(o.load_run_file_id) OVER (ORDER BY o.last_modified DESC, o.load_run_file_id DESC) AS newest
        FROM etl.load_run_files AS f
        JOIN etl.load_run_files AS o USING (s3_bucket, s3_key, member)
        WHERE f.load_run_file_id = p_load_run_file_id AND o.is_counting
    )
    UPDATE etl.load_run_files AS f
    SET is_counting = false, superseded_by = v.newest, status = 'superseded'
    FROM versions AS v
    WHERE f.load_run_file_id = v.load_run_file_id AND v.newest <> v.load_run_file_id;
END;
$supersede_versions$;
COMMENT ON PROCEDURE etl.supersede_versions(bigint) IS 'Marks all but the newest counting version of the file''s object as superseded.';
