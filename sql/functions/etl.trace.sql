CREATE OR REPLACE FUNCTION etl.trace(p_table text, p_key jsonb)
RETURNS TABLE (
    table_name text,
    key jsonb,
    effective_from timestamptz,
    load_run_file_id bigint,
    line_no bigint,
    s3_bucket text,
    s3_key text,
    s3_version_id text,
    file_hash text,
    date_extracted timestamptz,
    load_run_id bigint,
    load_ts timestamptz
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $trace$
-- The table is looked up in etl.extracts, so no text of p_table or p_key is ever executed.
DECLARE
    v_extract etl.extracts;
    v_key_columns text[];
    v_unknown text;
BEGIN
    SELECT e.* INTO v_extract
    FROM etl.extracts AS e
    WHERE p_table IN (e.core_table, e.stg_table, split_part(e.core_table, '.', 2), e.extract);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC006',
            MESSAGE = format('%L is not a table of core or stg', p_table),
            HINT = 'SELECT core_table, stg_table FROM etl.extracts lists the tables.';
    END IF;
    SELECT s.tenant_columns || v_extract.natural_key INTO v_key_columns
    FROM etl.sources AS s
    WHERE s.source = v_extract.source;
    SELECT min(k) INTO v_unknown FROM jsonb_object_keys(p_key) AS k WHERE k <> ALL (v_key_columns);
    IF v_unknown IS NOT NULL OR p_key = '{}' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC006',
            MESSAGE = CASE
                WHEN v_unknown IS NULL THEN format('the key of %s is missing', p_table)
                ELSE format('%L is not a key column of %s', v_unknown, p_table)
            END,
            HINT = format(
                'The key is %s; give some or all of it as a JSON object.', array_to_string(v_key_columns, ', ')
            );
    END IF;

    RETURN QUERY EXECUTE format(
        $query$
            SELECT %1$L, k.key, t.effective_from, f.load_run_file_id, r.line_no, f.s3_bucket, f.s3_key,
                f.s3_version_id, f.file_hash, f.date_extracted, f.load_run_id, f.load_ts
            FROM (SELECT c.*, %2$s FROM %1$s AS c WHERE %3$s) AS t
            CROSS JOIN LATERAL (SELECT jsonb_build_object(%4$s) AS key) AS k
            JOIN etl.load_run_files AS f USING (load_run_file_id)
            LEFT JOIN LATERAL (
                SELECT max(w.line_no) AS line_no
                FROM %5$s AS w
                WHERE w.load_run_file_id = t.load_run_file_id AND %6$s
            ) AS r ON true
            ORDER BY k.key, t.effective_from
        $query$,
        v_extract.core_table,
        CASE v_extract.core_kind
            WHEN 'dimension' THEN 'true AS has_versions'
            ELSE 'NULL::timestamptz AS effective_from'
        END,
        (
            -- The texts are cast, so that the index on the key is used; a text that cannot be cast finds no row.
            SELECT string_agg(
                format(
                    'c.%1$I = CASE WHEN pg_input_is_valid($1 ->> %1$L, %2$L) THEN ($1 ->> %1$L)::%2$s END',
                    k, format_type(a.atttypid, a.atttypmod)
                ),
                ' AND '
            )
            FROM jsonb_object_keys(p_key) AS k
            JOIN pg_attribute AS a ON a.attrelid = v_extract.core_table::regclass AND a.attname = k
        ),
        (
            SELECT string_agg(format('%1$L, t.%1$I', k), ', ' ORDER BY o)
            FROM unnest(v_key_columns) WITH ORDINALITY AS u (k, o)
        ),
        v_extract.raw_table,
        (SELECT string_agg(format('w.%1$I = t.%1$I::text', k), ' AND ') FROM unnest(v_key_columns) AS k)
    )
    USING p_key;
END;
$trace$;
COMMENT ON FUNCTION etl.trace(text, jsonb) IS
    'Where the core rows of a key came from: file, line, S3 object version, SHA-256, run. The key as JSON, {"invoice_id": 7}. RC006: unknown table or column.';
