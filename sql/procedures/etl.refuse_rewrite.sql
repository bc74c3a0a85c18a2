CREATE OR REPLACE PROCEDURE etl.refuse_rewrite(p_table text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $refuse_rewrite$
-- The next statement of the migration rewrites the whole table or one of its indexes, under a lock that blocks
-- everybody.
BEGIN
    IF pg_table_size(p_table) > etl.config_bigint('rewrite_bytes')
        AND coalesce(current_setting('rawcore.rewrite', true), '') <> 'on'
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC020',
            MESSAGE = format(
                '%s has %s and would be rewritten under a lock', p_table, pg_size_pretty(pg_table_size(p_table))
            ),
            HINT = 'In a quiet hour, run: make migrate ARGS=--rewrite. The limit is rewrite_bytes in etl.config.';
    END IF;
END;
$refuse_rewrite$;
COMMENT ON PROCEDURE etl.refuse_rewrite(text) IS
    'Stops a migration that would rewrite a big table, unless make migrate was called with ARGS=--rewrite. RC020: it would.';
