CREATE OR REPLACE FUNCTION etl.attempt_failed_since(p_file_attempt_id bigint, p_since timestamptz)
RETURNS boolean
LANGUAGE sql
STABLE
AS $attempt_failed_since$
SELECT EXISTS (
    SELECT
    FROM etl.file_attempts AS a
    WHERE a.file_attempt_id = p_file_attempt_id AND a.outcome = 'failed' AND a.finished_at >= p_since
);
$attempt_failed_since$;
COMMENT ON FUNCTION etl.attempt_failed_since(bigint, timestamptz) IS 'Whether the attempt ended as failed at this time or later.';
