CREATE OR REPLACE FUNCTION etl.file_is_late(p_load_run_file_id bigint)
RETURNS boolean
LANGUAGE sql
STABLE
AS $file_is_late$
-- Compares files, not rows of stg: unchanged rows leave no trace in stg. A file that counts already is late, by itself.
SELECT EXISTS (
    SELECT
    FROM etl.load_run_files AS f
    JOIN etl.load_run_files AS o
        ON o.extract = f.extract AND o.tenant = f.tenant AND o.is_counting AND o.date_extracted >= f.date_extracted
    WHERE f.load_run_file_id = p_load_run_file_id
);
$file_is_late$;
COMMENT ON FUNCTION etl.file_is_late(bigint) IS
    'Whether a counting file of the same extract and tenant has the same DateExtracted as this file or a later one.';
