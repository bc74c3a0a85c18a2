CREATE OR REPLACE FUNCTION etl.attempt_is_open(p_file_attempt_id bigint)
RETURNS boolean
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $attempt_is_open$
SELECT EXISTS (
    SELECT FROM etl.file_attempts AS a
    WHERE a.file_attempt_id = p_file_attempt_id AND a.finished_at IS NULL
);
$attempt_is_open$;
COMMENT ON FUNCTION etl.attempt_is_open(bigint) IS 'Whether the attempt is still this worker''s.';
