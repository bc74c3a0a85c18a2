"""The stores, an S3 bucket or a folder: listing objects, reading bytes, errors."""
