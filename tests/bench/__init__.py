"""`make bench`: rawcore against bare COPY and against what a DBA would write by hand."""
