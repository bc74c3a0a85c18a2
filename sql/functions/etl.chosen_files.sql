CREATE OR REPLACE FUNCTION etl.chosen_files(p_source text, p_options jsonb)
RETURNS TABLE (files bigint, newest_batch text)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $chosen_files$
DECLARE
    v_options record;
BEGIN
    SELECT o.* INTO v_options FROM etl.read_options(p_source, p_options) AS o;
    RETURN QUERY
    SELECT
        count(*) FILTER (
            WHERE starts_with(f.s3_key, coalesce(v_options.prefix, ''))
                AND f.batch >= coalesce(v_options.first_batch, '-infinity')
                AND f.batch <= coalesce(v_options.last_batch, 'infinity')
        ),
        to_char(max(f.batch), 'YYYY-MM-DD HH24:MI')
    FROM (
        SELECT n.s3_key, n.date_extracted AT TIME ZONE s.timezone AS batch
        FROM etl.load_run_files AS n
        JOIN etl.sources AS s USING (source)
        WHERE n.source = p_source
    ) AS f;
END;
$chosen_files$;
COMMENT ON FUNCTION etl.chosen_files(text, jsonb) IS
    'Number of files, in any state, whose batch and key these options choose; and the newest batch of all files, in local time.';
