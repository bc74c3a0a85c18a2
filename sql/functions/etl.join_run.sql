CREATE OR REPLACE FUNCTION etl.join_run(p_source text, p_load_run_id bigint, p_bucket text)
RETURNS text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $join_run$
BEGIN
    IF NOT EXISTS (
        SELECT FROM etl.load_runs AS r
        WHERE r.load_run_id = p_load_run_id AND r.source = p_source AND r.status = 'running'
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC001',
            MESSAGE = format('run %s of source %s is not running', p_load_run_id, p_source),
            HINT = '`python ingest.py status` lists the runs.';
    END IF;
    RETURN (
        SELECT min(f.s3_bucket)
        FROM etl.load_run_plan AS p
        JOIN etl.load_run_files AS f USING (load_run_file_id)
        WHERE p.load_run_id = p_load_run_id AND p.action = 'land' AND NOT p.is_landed AND f.s3_bucket <> p_bucket
    );
END;
$join_run$;
COMMENT ON FUNCTION etl.join_run(text, bigint, text) IS
    'Checks whether a driver that reads p_bucket can share the work of a run. Returns NULL if it can, else another bucket from which files of the run have to be landed. RC001: the run is not running.';
