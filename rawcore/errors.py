# ruff: noqa: D205, D415, N818 -- a docstring is a message; a name says what is the case
"""Every error the driver raises. The docstring of a class is its message; none holds field content.

`error_class` is what `etl.file_attempts` records, `retryable` says whether another attempt can
help, and `exit_code` is what the command ends with when the error ends it.
"""

from __future__ import annotations

import inspect
from typing import ClassVar


class RawcoreError(Exception):
    """{problem}"""

    error_class: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(
            " ".join(inspect.cleandoc(type(self).__doc__ or "").split()).format(**facts)
        )


# --- usage and configuration: exit 2


class ConfigurationError(RawcoreError):
    """{problem}"""

    exit_code = 2


class BadSettings(ConfigurationError):
    """The settings have {count} fault(s): {faults}"""


class BadDialect(ConfigurationError):
    """The dialect of source {source} cannot be read: {problem}."""


class UnknownSource(ConfigurationError):
    """No source {source} in the database. Known: {known}. Set RAWCORE_SOURCE or run `make
    migrate`.
    """


class ContractsChanged(ConfigurationError):
    """The contracts of source {source} differ from what was migrated: run `make migrate`."""


class ContractsUnreadable(ConfigurationError):
    """The contracts of source {source} have {count} fault(s): `make check` shows all. The first:
    {fault}.
    """


class NotMigrated(ConfigurationError):
    """The database has no rawcore engine: run `make migrate`."""


class PooledConnection(ConfigurationError):
    """DATABASE_URL leads to a pooler that keeps no session for us (transaction mode), so locks and
    settings would be lost: connect to PostgreSQL itself.
    """


class EngineRefused(ConfigurationError):
    """{sqlstate}: {problem}."""


class EngineUnfit(ConfigurationError):
    """PostgreSQL says {sqlstate}, {problem}: run `make migrate`, and give the login etl_writer."""


class BadKey(ConfigurationError):
    """The key is not complete: give {names}."""


class UnknownRun(ConfigurationError):
    """Run {run} of source {source} is not under way: `python ingest.py status` lists runs."""


class SourceBusy(RawcoreError):
    """Another run holds source {source}: wait for it, or share its work with `--join RUN`."""

    exit_code = 4


# --- content of a file


class BadContent(RawcoreError):
    """{problem}"""

    error_class = "bad_content"


class EmptyFile(BadContent):
    """Empty file: it holds no row. Ask for it to be delivered again."""


class TruncatedFile(BadContent):
    """{characters} characters after the last of {rows} row separators: {cause}."""


class OddUtf16(BadContent):
    """The file ends in the middle of a character of {encoding}: the delivery broke off; ask for it
    again.
    """


class RowTooLong(BadContent):
    """No row separator within {limit} MiB after row {rows}: check row_separator, quote and encoding
    of the source.
    """


class BadArchive(BadContent):
    """Not a whole {kind} archive: {problem}. Ask for it to be delivered again."""


class RaggedFile(BadContent):
    """Row {line_no}: {reason}. The policy ragged_rows of {extract} is fail."""


class TooManyBadRows(BadContent):
    """More than {limit} rows cannot stand in raw (the last at row {line_no}: {reason}): check
    separators and contract.
    """


# --- object store


class StoreError(RawcoreError):
    """{problem}"""


class StoreUnreachable(StoreError):
    """No answer from {endpoint} ({problem}): check the network, AWS_ENDPOINT_URL_S3 and
    AWS_REGION.
    """

    error_class = "connection"
    retryable = True
    exit_code = 3


class BucketMissing(StoreError):
    """There is no bucket {bucket} at {endpoint}: check S3_BUCKET_NAME and AWS_REGION."""

    error_class = "not_found"
    exit_code = 2


class FolderMissing(StoreError):
    """There is no folder {folder}: check S3_BUCKET_NAME."""

    error_class = "not_found"
    exit_code = 2


class CredentialsWrong(StoreError):
    """{endpoint} does not accept the credentials ({code}): check the AWS_ variables or the
    profile.
    """

    error_class = "permission"
    exit_code = 2


class RegionWrong(StoreError):
    """Bucket {bucket} is not in this region ({code}): set AWS_REGION to the one it is in."""

    error_class = "not_found"
    exit_code = 2


class AccessDenied(StoreError):
    """Access denied to {what}: the role needs s3:ListBucket on the bucket, s3:GetObject and
    s3:GetObjectVersion on its objects.
    """

    error_class = "permission"
    exit_code = 2


class ObjectMissing(StoreError):
    """{key} is gone since it was listed: the next run lists again."""

    error_class = "not_found"


class OtherBucket(StoreError):
    """The file lies in {bucket}; this run reads {here}: set S3_BUCKET_NAME and load it again."""

    error_class = "not_found"


class ObjectChanged(StoreError):
    """{key} changed since it was listed: the next run loads the new version."""

    error_class = "integrity"


class RateLimited(StoreError):
    """The store asks to slow down ({code})."""

    error_class = "rate_limited"
    retryable = True
    exit_code = 3


class BodyBroken(StoreError):
    """The body of {key} broke off after {received} bytes of {expected} ({problem})."""

    error_class = "connection"
    retryable = True


class SizeDiffers(StoreError):
    """{key} came with {received} bytes instead of {expected}."""

    error_class = "integrity"
    retryable = True


class ChecksumDiffers(StoreError):
    """The bytes of {key} do not fit the checksum or etag that the store names."""

    error_class = "integrity"
    retryable = True


class StoreRefused(StoreError):
    """The store answered {code} (HTTP {status}) to {operation}."""


class StoreFault(StoreRefused):
    """The store answered {code} (HTTP {status}) to {operation}."""

    error_class = "connection"
    retryable = True
    exit_code = 3


# --- database


class DatabaseUnreachable(RawcoreError):
    """No connection to PostgreSQL at {where} ({problem}): check DATABASE_URL and that the server
    runs.
    """

    error_class = "connection"
    retryable = True
    exit_code = 3


class ConnectionLost(DatabaseUnreachable):
    """The connection to PostgreSQL was lost ({problem}): see the log of the server."""


class DatabaseRefused(RawcoreError):
    """PostgreSQL at {where} refuses the connection ({problem}): check DATABASE_URL."""

    error_class = "permission"
    exit_code = 2


class DatabaseResource(RawcoreError):
    """PostgreSQL lacked the means (SQLSTATE {sqlstate}) {where}: see its log; tried again."""

    error_class = "resource"
    retryable = True
    exit_code = 3


class DatabaseFault(RawcoreError):
    """PostgreSQL raised SQLSTATE {sqlstate}{where}."""


class Stopped(RawcoreError):
    """Stopped by {signal}: what was in hand is rolled back and free again."""

    retryable = True
