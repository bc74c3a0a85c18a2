CREATE OR REPLACE VIEW core.files AS
SELECT
    f.load_run_file_id,
    f.s3_bucket,
    f.s3_key,
    f.s3_version_id,
    f.file_hash,
    f.date_extracted,
    f.load_run_id
FROM etl.load_run_files AS f;
COMMENT ON VIEW core.files IS 'Where core rows came from: for each load_run_file_id the S3 object version, SHA-256, DateExtracted and run.';
COMMENT ON COLUMN core.files.load_run_file_id IS 'The file, as in each row of core.';
COMMENT ON COLUMN core.files.s3_bucket IS 'Bucket.';
COMMENT ON COLUMN core.files.s3_key IS 'Key.';
COMMENT ON COLUMN core.files.s3_version_id IS 'Version of the object.';
COMMENT ON COLUMN core.files.file_hash IS 'SHA-256 of the bytes as delivered, in hex.';
COMMENT ON COLUMN core.files.date_extracted IS 'When the source extracted the file.';
COMMENT ON COLUMN core.files.load_run_id IS 'The run that landed the file.';
