CREATE OR REPLACE PROCEDURE etl.describe_columns()
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $describe_columns$
-- A contract describes a column once, and etl.columns keeps it. Each migration ends with this call.
DECLARE
    v_statements text;
BEGIN
    -- 1. The tables of raw, stg and core. For core, the description adds what is stored instead of the value.
    WITH described AS (
        SELECT DISTINCT ON (c.extract, c.column_name)
            e.raw_table, e.stg_table, e.core_table, c.column_name, c.description,
            CASE
                WHEN c.pii = 'pseudonymise' THEN ' A pseudonym: HMAC-SHA-256, in hex.'
                WHEN c.domain IS NOT NULL THEN format(' Mapped through domain %s.', c.domain)
                ELSE ''
            END AS instead
        FROM etl.columns AS c
        JOIN etl.extracts AS e USING (extract)
        ORDER BY c.extract, c.column_name, c.position
    )
    SELECT string_agg(format('COMMENT ON COLUMN %s.%I IS %L', t.relation, d.column_name, t.description), '; ')
    INTO v_statements
    FROM described AS d
    CROSS JOIN LATERAL (
        VALUES
            (d.raw_table, d.description),
            (d.stg_table, d.description),
            (d.core_table, d.description || d.instead)
    ) AS t (relation, description)
    JOIN pg_attribute AS a ON a.attrelid = to_regclass(t.relation) AND a.attname = d.column_name
    WHERE col_description(a.attrelid, a.attnum) IS DISTINCT FROM t.description;
    EXECUTE coalesce(v_statements, '');

    -- 2. The views, with the descriptions of their tables.
    WITH shown AS (
        SELECT DISTINCT ON (a.attrelid, a.attnum)
            v.view_name, a.attname, a.attrelid, a.attnum, col_description(b.attrelid, b.attnum) AS description
        FROM etl.extracts AS e
        CROSS JOIN LATERAL (
            VALUES
                (format('raw.%I', e.extract), e.raw_table, 1),
                (format('etl.%I', 'typed_' || e.extract), e.raw_table, 1),
                (format('etl.%I', 'observed_' || e.extract), e.raw_table, 1),
                (format('etl.%I', 'published_' || e.extract), e.core_table, 1),
                (format('etl.%I', 'republished_' || e.extract), e.core_table, 1),
                (format('etl.%I', 'republished_' || e.extract), e.raw_table, 2)
        ) AS v (view_name, table_name, place)
        JOIN pg_attribute AS a ON a.attrelid = to_regclass(v.view_name)
        JOIN pg_attribute AS b ON b.attrelid = to_regclass(v.table_name) AND b.attname = a.attname
        WHERE a.attnum > 0
        ORDER BY a.attrelid, a.attnum, v.place
    )
    SELECT string_agg(format('COMMENT ON COLUMN %s.%I IS %L', s.view_name, s.attname, s.description), '; ')
    INTO v_statements
    FROM shown AS s
    WHERE col_description(s.attrelid, s.attnum) IS DISTINCT FROM s.description;
    EXECUTE coalesce(v_statements, '');
END;
$describe_columns$;
COMMENT ON PROCEDURE etl.describe_columns() IS
    'Writes the description in the contract as COMMENT on each column of raw, stg, core and their views. Part of each migration.';
