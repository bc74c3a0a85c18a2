CREATE UNLOGGED TABLE etl.s3_listing (
    listing_id text NOT NULL,
    s3_bucket text NOT NULL,
    s3_key text NOT NULL,
    size_bytes bigint NOT NULL,
    etag text NOT NULL,
    last_modified timestamptz NOT NULL
);
COMMENT ON TABLE etl.s3_listing IS
    'The driver copies a listing into this table, and etl.register_listing empties it in the same transaction.';
COMMENT ON COLUMN etl.s3_listing.listing_id IS 'The listing; it separates drivers that list at the same time.';
COMMENT ON COLUMN etl.s3_listing.s3_bucket IS 'Bucket.';
COMMENT ON COLUMN etl.s3_listing.s3_key IS 'Key.';
COMMENT ON COLUMN etl.s3_listing.size_bytes IS 'Size in bytes.';
COMMENT ON COLUMN etl.s3_listing.etag IS 'Entity tag, without quotes.';
COMMENT ON COLUMN etl.s3_listing.last_modified IS 'When the object was last written.';
