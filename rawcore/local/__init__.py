"""The servers of a clone: PostgreSQL and SeaweedFS."""
