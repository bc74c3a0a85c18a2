CREATE OR REPLACE FUNCTION etl.read_options(p_source text, p_options jsonb)
RETURNS TABLE (
    mode text,
    first_batch timestamp,
    last_batch timestamp,
    extracts text[],
    prefix text,
    bucket text,
    is_forced boolean,
    jobs integer,
    overrides jsonb,
    note text
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $read_options$
-- The only place that knows the options of a run. Every routine that takes options reads them here, so no run is
-- planned or started with options that are not valid.
DECLARE
    c_options constant text[] := ARRAY[
        'batch', 'bucket', 'extracts', 'force', 'from', 'jobs', 'kind', 'mode', 'note', 'overrides', 'prefix', 'to'
    ];
    v_options constant jsonb := coalesce(p_options, '{}');
    v_fault text;
BEGIN
    IF NOT EXISTS (SELECT FROM etl.sources AS s WHERE s.source = p_source) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC003',
            MESSAGE = format('there is no source %s', p_source),
            HINT = 'SELECT source FROM etl.sources lists the sources that have been migrated.';
    END IF;

    IF jsonb_typeof(v_options) <> 'object' THEN
        v_fault := format('the options of a run are a JSON object, not %s', jsonb_typeof(v_options));
    ELSE
        SELECT min(format('there is no option %s', o.name)) INTO v_fault
        FROM jsonb_object_keys(v_options) AS o (name)
        WHERE o.name <> ALL (c_options);
    END IF;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC009',
            MESSAGE = v_fault,
            HINT = format('The options of a run are %s.', array_to_string(c_options, ', '));
    END IF;

    SELECT min(format('the option %s cannot be %s', o.name, o.value)) INTO v_fault
    FROM (
        SELECT e.key AS name, e.value, jsonb_typeof(e.value) AS type, e.value #>> '{}' AS text
        FROM jsonb_each(v_options) AS e
    ) AS o
    WHERE
        CASE
            WHEN o.name = 'mode' THEN o.text IN ('new', 'latest', 'backfill', 'batch', 'retry')
            WHEN o.name = 'kind' THEN o.text IN ('full', 'delta')
            WHEN o.name IN ('batch', 'from', 'to') THEN
                o.text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?$'
                AND pg_input_is_valid(o.text, 'timestamp')
            WHEN o.name = 'jobs' THEN
                o.type = 'number' AND pg_input_is_valid(o.text, 'integer') AND o.text::numeric BETWEEN 1 AND 64
            WHEN o.name = 'extracts' THEN
                o.type = 'array' AND NOT jsonb_path_exists(o.value, 'strict $[*] ? (@.type() != "string")')
            WHEN o.name = 'overrides' THEN o.type = 'object'
            WHEN o.name = 'force' THEN o.type = 'boolean'
            ELSE o.type = 'string'
        END IS NOT TRUE;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC009',
            MESSAGE = v_fault,
            HINT = 'mode: new, latest, backfill, batch or retry. batch, from, to: YYYY-MM-DD HH:MM, local time of the source. kind: full or delta. jobs: 1 to 64. force: true or false. extracts: a list of names. overrides: an object.';
    END IF;

    SELECT min(format('there is no extract %s', x.name)) INTO v_fault
    FROM jsonb_array_elements_text(v_options -> 'extracts') AS x (name)
    WHERE NOT EXISTS (SELECT FROM etl.extracts AS e WHERE e.source = p_source AND e.extract = x.name);
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC006',
            MESSAGE = v_fault,
            HINT = (
                SELECT 'Extracts: ' || string_agg(e.extract, ', ' ORDER BY e.load_order)
                FROM etl.extracts AS e
                WHERE e.source = p_source
            );
    END IF;

    SELECT min(format('a run cannot set %s=%s', o.key, o.value)) INTO v_fault
    FROM jsonb_each_text(v_options -> 'overrides') AS o
    WHERE
        CASE
            WHEN o.key IN ('reject_rate', 'mirror_close_share') AND pg_input_is_valid(o.value, 'numeric')
                THEN o.value::numeric BETWEEN 0 AND 1
            WHEN o.key IN ('mirror', 'hold_incomplete_batches') THEN pg_input_is_valid(o.value, 'boolean')
        END IS NOT TRUE;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC009',
            MESSAGE = v_fault,
            HINT = 'A run can set reject_rate and mirror_close_share, between 0 and 1; mirror and hold_incomplete_batches, true or false.';
    END IF;

    mode := coalesce(
        v_options ->> 'mode',
        CASE WHEN v_options ? 'batch' THEN 'batch' WHEN v_options ?| ARRAY['from', 'to'] THEN 'backfill' ELSE 'new' END
    );
    first_batch := coalesce(v_options ->> 'batch', v_options ->> 'from')::timestamp;
    last_batch := coalesce(v_options ->> 'batch', v_options ->> 'to')::timestamp;
    v_fault := CASE
        WHEN mode = 'batch' AND NOT v_options ? 'batch' THEN 'mode batch needs the option batch'
        WHEN mode = 'backfill' AND NOT v_options ?| ARRAY['from', 'to']
            THEN 'mode backfill needs the option from, to, or both'
        WHEN v_options ? 'batch' AND (mode <> 'batch' OR v_options ?| ARRAY['from', 'to'])
            THEN 'the option batch needs mode batch, and excludes from and to'
        WHEN v_options ?| ARRAY['from', 'to'] AND mode <> 'backfill'
            THEN 'the options from and to need mode backfill'
        WHEN first_batch > last_batch THEN 'the option from is later than the option to'
    END;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'RC009',
            MESSAGE = v_fault,
            HINT = 'If mode is not given, batch implies mode batch, and from or to imply mode backfill.';
    END IF;

    extracts := CASE
        WHEN v_options -> 'extracts' <> '[]'
            THEN ARRAY(SELECT x.name FROM jsonb_array_elements_text(v_options -> 'extracts') AS x (name))
    END;
    prefix := v_options ->> 'prefix';
    bucket := v_options ->> 'bucket';
    is_forced := coalesce((v_options ->> 'force')::boolean, false);
    jobs := coalesce((v_options ->> 'jobs')::integer, 1);
    overrides := coalesce(v_options -> 'overrides', '{}');
    note := v_options ->> 'note';
    RETURN NEXT;
END;
$read_options$;
COMMENT ON FUNCTION etl.read_options(text, jsonb) IS
    'Checks the options of a run of the source and returns them with their types, in one row. NULL: not given, no bound. RC003: unknown source; RC006: unknown extract; RC009: unknown option, or a value that is not valid.';
