CREATE OR REPLACE PROCEDURE etl.reprocess_extract(p_extract text, p_from timestamptz, p_to timestamptz)
LANGUAGE plpgsql
AS $reprocess_extract$
BEGIN
    CALL etl.refuse_transaction_block('etl.reprocess_extract');
    CALL etl.process_planned(
        etl.plan_reprocess(etl.files_of_extract(p_extract, p_from, p_to), pg_catalog.format('extract %s', p_extract))
    );
END;
$reprocess_extract$;
COMMENT ON PROCEDURE etl.reprocess_extract(text, timestamptz, timestamptz) IS
    'Processes the files of an extract with DateExtracted from p_from to p_to (NULL: no bound) again from raw, by today''s rules and without S3. RC002: called in a transaction block; RC006: unknown extract; RC007: no file can be reprocessed.';
