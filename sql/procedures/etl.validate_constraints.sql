CREATE OR REPLACE PROCEDURE etl.validate_constraints()
LANGUAGE plpgsql
AS $validate_constraints$
-- Migrations add constraints as NOT VALID, which takes no time. Here each is validated in its own transaction, under a
-- lock that blocks neither readers nor writers. NOT NULL is added as a CHECK first, which then proves it without a
-- scan.
DECLARE
    v_oids oid[];
    v_oid oid;
    v_table text;
    v_name name;
    v_column name;
BEGIN
    SELECT pg_catalog.array_agg(c.oid ORDER BY c.conrelid::regclass::text, c.conname) INTO v_oids
    FROM pg_catalog.pg_constraint AS c
    WHERE NOT c.convalidated AND c.connamespace::regnamespace::text IN ('raw', 'stg', 'core', 'etl');
    FOREACH v_oid IN ARRAY coalesce(v_oids, '{}') LOOP
        SELECT c.conrelid::regclass::text, c.conname, a.attname INTO v_table, v_name, v_column
        FROM pg_catalog.pg_constraint AS c
        LEFT JOIN pg_catalog.pg_attribute AS a
            ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            AND pg_catalog.pg_get_constraintdef(c.oid)
                = pg_catalog.format('CHECK ((%I IS NOT NULL)) NOT VALID', a.attname)
        WHERE c.oid = v_oid;
        PERFORM pg_catalog.set_config('lock_timeout', '5s', true);
        BEGIN
            EXECUTE pg_catalog.format('ALTER TABLE %s VALIDATE CONSTRAINT %I', v_table, v_name);
            IF v_column IS NOT NULL THEN
                EXECUTE pg_catalog.format(
                    'ALTER TABLE %s ALTER COLUMN %I SET NOT NULL, DROP CONSTRAINT %I', v_table, v_column, v_name
                );
            END IF;
        EXCEPTION WHEN check_violation OR lock_not_available THEN
            RAISE WARNING '% of % is not validated yet (%): run make migrate again later', v_name, v_table, SQLSTATE;
        END;
        COMMIT;
    END LOOP;
END;
$validate_constraints$;
COMMENT ON PROCEDURE etl.validate_constraints() IS
    'Validates the constraints that migrations added without reading existing rows. make migrate calls it at its end.';
