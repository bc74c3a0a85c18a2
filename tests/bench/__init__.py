"""`make bench`: rawcore compared with bare COPY and with a loader that a DBA would write."""
