CREATE OR REPLACE FUNCTION etl.verify(p_extract text)
RETURNS TABLE (check_name text, load_run_file_id bigint, problem text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $verify$
-- Each check returns one row for each violation. The extract is locked, so that nothing changes during the checks.
DECLARE
    v_extract etl.extracts;
BEGIN
    SELECT e.* INTO v_extract FROM etl.extracts AS e WHERE e.extract = p_extract;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC006',
            MESSAGE = format('there is no extract %s', p_extract),
            HINT = 'SELECT extract FROM etl.extracts lists the extracts.';
    END IF;
    PERFORM FROM etl.locks AS l WHERE l.extract = p_extract FOR UPDATE;

    RETURN QUERY
    SELECT 'counts', f.load_run_file_id, 'rows_read is not the sum of rows ingested, unchanged, duplicate and rejected'
    FROM etl.load_run_files AS f
    WHERE f.extract = p_extract AND f.is_counting
        AND f.rows_read IS DISTINCT FROM f.rows_ingested + f.rows_unchanged + f.rows_duplicate + f.rows_rejected;

    RETURN QUERY EXECUTE format(
        $query$
            SELECT
                'raw',
                f.load_run_file_id,
                format(
                    'raw holds %%s rows, landing read %%s', count(r.line_no), f.rows_read - f.rows_rejected_landing
                )
            FROM etl.load_run_files AS f
            LEFT JOIN %s AS r USING (load_run_file_id)
            WHERE f.extract = $1 AND f.is_counting AND f.date_extracted >= etl.horizon($1)
            GROUP BY f.load_run_file_id
            HAVING count(r.line_no) <> f.rows_read - f.rows_rejected_landing
        $query$,
        v_extract.raw_table
    )
    USING p_extract;

    RETURN QUERY EXECUTE format(
        $query$
            SELECT
                'lineage',
                c.load_run_file_id,
                format('%%s rows of core come from a file that does not count', count(*))
            FROM %s AS c
            LEFT JOIN etl.load_run_files AS f ON f.load_run_file_id = c.load_run_file_id AND f.is_counting
            WHERE f.load_run_file_id IS NULL
            GROUP BY c.load_run_file_id
        $query$,
        v_extract.core_table
    );

    RETURN QUERY
    SELECT 'stale', f.load_run_file_id, 'the file was processed by different rules: CALL etl.reprocess_file'
    FROM etl.shapes AS h
    CROSS JOIN LATERAL etl.ruleset_fingerprint(h.extract, h.since) AS fingerprint
    JOIN etl.load_run_files AS f
        ON f.extract = h.extract AND f.date_extracted >= h.since AND f.date_extracted < h.until
    WHERE h.extract = p_extract AND f.is_counting AND f.date_extracted >= etl.horizon(p_extract)
        AND f.ruleset_fingerprint IS DISTINCT FROM fingerprint;

    IF v_extract.core_kind = 'dimension' THEN
        RETURN QUERY EXECUTE format(
            $query$
                SELECT 'periods', c.load_run_file_id, 'a version ends after the next one begins'
                FROM (
                    SELECT
                        d.load_run_file_id,
                        d.effective_to,
                        lead(d.effective_from) OVER (PARTITION BY %1$s ORDER BY d.effective_from) AS next_from
                    FROM %2$s AS d
                ) AS c
                WHERE c.next_from IS NOT NULL AND (c.effective_to IS NULL OR c.effective_to > c.next_from)
            $query$,
            (
                SELECT string_agg(format('d.%I', k), ', ')
                FROM etl.sources AS s
                CROSS JOIN LATERAL unnest(s.tenant_columns || v_extract.natural_key) AS k
                WHERE s.source = v_extract.source
            ),
            v_extract.core_table
        );
    END IF;

    RETURN QUERY
    SELECT 'rebuild', d.load_run_file_id, d.problem
    FROM etl.rebuild_differences(p_extract) AS d;
END;
$verify$;
COMMENT ON FUNCTION etl.verify(text) IS
    'Checks an extract: counts, raw, lineage, stale files, periods, and whether a rebuild from raw would change core. Returns violations only. RC006: unknown extract.';
