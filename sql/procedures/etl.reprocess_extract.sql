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
    'Derives stg and core again from raw for the files of an extract with DateExtracted from p_from to p_to (NULL: no bound), by today''s rules, without S3. RC002: called in a transaction block; RC006: no such extract; RC007: not possible.';
