CREATE UNLOGGED TABLE etl.s3_listing (
    listing_id text NOT NULL,
    s3_bucket text NOT NULL,
    s3_key text NOT NULL,
    size_bytes bigint NOT NULL,
    etag text NOT NULL,
    last_modified timestamptz NOT NULL
);
COMMENT ON TABLE etl.s3_listing IS
    'Where the driver copies a listing for etl.register_listing, which empties it; nothing stays here.';
COMMENT ON COLUMN etl.s3_listing.listing_id IS 'The listing; drivers that list at once do not meet.';
COMMENT ON COLUMN etl.s3_listing.s3_bucket IS 'Bucket.';
COMMENT ON COLUMN etl.s3_listing.s3_key IS 'Key.';
COMMENT ON COLUMN etl.s3_listing.size_bytes IS 'Size in bytes.';
COMMENT ON COLUMN etl.s3_listing.etag IS 'Entity tag, without quotes.';
COMMENT ON COLUMN etl.s3_listing.last_modified IS 'When the object was last written.';
