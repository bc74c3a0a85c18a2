"""Where objects are: an S3 bucket or a folder; their list, their bytes, their faults."""
