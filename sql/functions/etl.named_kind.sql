CREATE OR REPLACE FUNCTION etl.named_kind(p_file etl.load_run_files)
RETURNS text
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $named_kind$
SELECT coalesce(
    (
        SELECT o.kind
        FROM etl.s3_objects AS o
        WHERE o.source = p_file.source AND o.s3_bucket = p_file.s3_bucket AND o.s3_key = p_file.s3_key
    ),
    (SELECT 'full' FROM etl.sources AS s WHERE s.source = p_file.source AND p_file.date_from < s.full_before)
);
$named_kind$;
COMMENT ON FUNCTION etl.named_kind(etl.load_run_files) IS
    'full or delta, if the name of a file tells: by {kind} in the pattern, or by a DateFrom before full_before. NULL: --kind may tell.';
