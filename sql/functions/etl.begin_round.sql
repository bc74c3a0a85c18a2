CREATE OR REPLACE FUNCTION etl.begin_round(p_began timestamptz DEFAULT pg_catalog.clock_timestamp())
RETURNS timestamptz
LANGUAGE plpgsql
VOLATILE
AS $begin_round$
-- The workers of a driver call etl.process_batch at different moments but share one round: a file that failed in one
-- worker is not retried by another one in the same round.
BEGIN
    PERFORM pg_catalog.set_config(
        'rawcore.round_began',
        pg_catalog.to_char(p_began AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        false
    );
    RETURN p_began;
END;
$begin_round$;
COMMENT ON FUNCTION etl.begin_round(timestamptz) IS
    'Sets for this session when the round of processing began, and returns that time; files that failed since then are retried in the next round only.';
