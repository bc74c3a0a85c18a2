# ruff: noqa: D101, N818 -- the message documents the class; the class name states the fault
"""Every error the driver raises, with its message; none holds field content.

`error_class` is recorded in `etl.file_attempts`. `retryable`: a retry can succeed. `ends_run`:
every other file would fail with the same error. `exit_code`: the command's, if the error ends it.
"""

from __future__ import annotations

from typing import ClassVar


def printable(text: str) -> str:
    """Return a text that cannot steer a terminal or forge a line of a log.

    Control characters, line ends and marks that change the direction of writing become escapes, as
    Python writes them. They come from keys of objects, for example.
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


class RawcoreError(Exception):
    """The message is a template; `facts` fill it, with escapes for what could steer a terminal."""

    message: ClassVar[str] = "{problem}"
    error_class: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False
    ends_run: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        shown = {
            name: printable(fact) if isinstance(fact, str) else fact for name, fact in facts.items()
        }
        super().__init__(self.message.format(**shown))


# --- usage and configuration: exit 2


class ConfigurationError(RawcoreError):
    exit_code = 2


class PackageMissing(ConfigurationError):
    message = "The Python package {package} is not installed here. {remedy}"

    @classmethod
    def of(cls, error: ModuleNotFoundError) -> PackageMissing:
        """Return the error for a package that could not be imported."""
        package = (error.name or "?").partition(".")[0]
        if package in ("rawcore", "codegen"):
            return cls(package=error.name, remedy="Run from the folder of the clone.")
        target = "setup-dev" if package in _ONLY_IN_DEV else "setup"
        return cls(package=package, remedy=f"Run `make {target}`, then use .venv/bin/python.")


_ONLY_IN_DEV = ("charset_normalizer", "jinja2", "pglast")


class BadSettings(ConfigurationError):
    message = "The settings have {count} fault(s): {faults}"


class BadDialect(ConfigurationError):
    message = "The dialect of source {source} cannot be read: {problem}."


class UnknownSource(ConfigurationError):
    message = (
        "RAWCORE_SOURCE is {source}, and the database has these sources: {known}. Set "
        "RAWCORE_SOURCE to one of them, or run `make migrate`."
    )


class ContractsChanged(ConfigurationError):
    message = (
        "The contracts of source {source} in {folder} differ from the migrated ones: if they were "
        "changed here, run `make migration`; then run `make migrate`."
    )


class ContractsUnreadable(ConfigurationError):
    message = (
        "The contracts of source {source} have {count} fault(s): `make check` shows all. The "
        "first: {fault}."
    )


class ContractMissing(ConfigurationError):
    message = (
        "There is no contract of extract {extract} in {folder}: set RAWCORE_CONTRACTS to the "
        "folder of the contracts."
    )


class NotMigrated(ConfigurationError):
    message = "The database has no rawcore engine: run `make migrate`."


class PooledConnection(ConfigurationError):
    message = (
        "DATABASE_URL leads to a pooler in transaction mode, which would lose locks and settings "
        "of the session: connect to PostgreSQL directly."
    )


class EngineRefused(ConfigurationError):
    message = "{sqlstate}: {problem}."


class OtherBytes(EngineRefused):
    error_class = "integrity"
    exit_code = 1


class EngineUnfit(ConfigurationError):
    message = (
        "PostgreSQL raised SQLSTATE {sqlstate} ({problem}): run `make migrate`, and grant "
        "etl_writer to the login."
    )


class BadKey(ConfigurationError):
    message = "The key is incomplete: give {names}."


class SourceBusy(RawcoreError):
    message = "Another run holds source {source}: wait for it, or share its work with `--join RUN`."
    exit_code = 4


# --- content of a file


class BadContent(RawcoreError):
    error_class = "bad_content"


class EmptyFile(BadContent):
    message = "The file is empty: ask for it to be delivered again."


class TruncatedFile(BadContent):
    message = "{characters} characters after the last of {rows} row separators: {cause}."


class OddUtf16(BadContent):
    message = (
        "The file ends in the middle of a character of {encoding}: the delivery broke off; ask "
        "for it again."
    )


class RowTooLong(BadContent):
    message = (
        "No row separator within {limit} MiB after row {rows}: check row_separator, quote and "
        "encoding of the source."
    )


class BadArchive(BadContent):
    message = "Not a whole {kind} archive: {problem}. Ask for it to be delivered again."


class DriftedFile(BadContent):
    message = (
        "Drift: {problem}. Likely: {change}. `python ingest.py drift` proposes the edit of the "
        "contract."
    )
    error_class = "drift"


class RaggedFile(BadContent):
    message = (
        "Row {line_no}: {reason}. The whole file fails, because the contract of {extract} sets "
        "ragged_rows to fail."
    )


class TooManyBadRows(BadContent):
    message = (
        "More than {limit} rows cannot be landed (the last is row {line_no}: {reason}): check "
        "separators and contract."
    )


# --- database


class DatabaseUnreachable(RawcoreError):
    message = (
        "No connection to PostgreSQL at {where} ({problem}): check DATABASE_URL and that the "
        "server runs."
    )
    error_class = "connection"
    retryable = True
    ends_run = True
    exit_code = 3


class ConnectionLost(DatabaseUnreachable):
    message = "The connection to PostgreSQL was lost ({problem}): see the server log."
    ends_run = False


class NoLocalServer(RawcoreError):
    message = "DATABASE_URL is not set: {problem}"
    error_class = "connection"
    exit_code = 3


class DatabaseRefused(RawcoreError):
    message = "PostgreSQL at {where} refuses the connection ({problem}): check DATABASE_URL."
    error_class = "permission"
    exit_code = 2


class DatabaseResource(RawcoreError):
    message = "PostgreSQL lacked resources (SQLSTATE {sqlstate}{where}): see the server log."
    error_class = "resource"
    retryable = True
    exit_code = 3


class DatabaseFault(RawcoreError):
    message = "PostgreSQL raised SQLSTATE {sqlstate}{where}."


class ContentRefused(DatabaseFault):
    message = "PostgreSQL raised SQLSTATE {sqlstate}{where}: the content of the file does not fit."
    error_class = "bad_content"


class ProcessingInterrupted(RawcoreError):
    message = (
        "{files} landed file(s) could not be processed (SQLSTATE {sqlstate}): see the server log. "
        "They stay landed, and the next run processes them."
    )
    error_class = "resource"
    retryable = True
    exit_code = 3


class OtherEndDown(RawcoreError):
    message = (
        "The run ends after {faults} faults in a row; the next run takes the files that are left. "
        "The last fault: {problem}"
    )
    error_class = "connection"
    retryable = True
    exit_code = 3


class Stopped(RawcoreError):
    message = "Stopped by {signal}: unfinished files are rolled back, and the next run takes them."
    retryable = True


# --- the store of objects


class StoreError(RawcoreError):
    """Any error of a store."""


class StoreUnreachable(StoreError):
    message = (
        "No answer from {endpoint} ({problem}): check the network, AWS_ENDPOINT_URL_S3 and "
        "AWS_REGION."
    )
    error_class = "connection"
    retryable = True
    exit_code = 3


class BucketMissing(StoreError):
    message = "There is no bucket {bucket} at {endpoint}: check S3_BUCKET_NAME and AWS_REGION."
    error_class = "not_found"
    ends_run = True
    exit_code = 2


class FolderMissing(StoreError):
    message = "There is no folder {folder}: check S3_BUCKET_NAME."
    error_class = "not_found"
    ends_run = True
    exit_code = 2


class CredentialsWrong(StoreError):
    message = (
        "{endpoint} does not accept the credentials ({code}): check the AWS_ variables or the "
        "profile."
    )
    error_class = "permission"
    ends_run = True
    exit_code = 2


class RoleRefused(StoreError):
    message = (
        "The role cannot be assumed ({code}): check role_arn and external_id of the AWS profile, "
        "and whom the role trusts."
    )
    error_class = "permission"
    ends_run = True
    exit_code = 2


class RegionWrong(StoreError):
    message = "Bucket {bucket} is not in this region ({code}): set AWS_REGION to the one it is in."
    error_class = "not_found"
    ends_run = True
    exit_code = 2


class AccessDenied(StoreError):
    message = (
        "Access denied to {what}: the role needs s3:ListBucket on the bucket, s3:GetObject and "
        "s3:GetObjectVersion on its objects."
    )
    error_class = "permission"
    exit_code = 2


class ObjectMissing(StoreError):
    message = "{key} was deleted after it was listed: the next run lists again."
    error_class = "not_found"


class OtherBucket(StoreError):
    message = "The file is in {bucket}, but this run reads {here}: set S3_BUCKET_NAME to {bucket}."
    error_class = "not_found"
    ends_run = True


class ObjectChanged(StoreError):
    message = "{key} changed after it was listed: the next run loads the new version."
    error_class = "integrity"


class RateLimited(StoreError):
    message = "The store asks to slow down ({code})."
    error_class = "rate_limited"
    retryable = True
    exit_code = 3


class BodyBroken(StoreError):
    message = "The body of {key} broke off after {received} bytes of {expected} ({problem})."
    error_class = "connection"
    retryable = True


class SizeDiffers(StoreError):
    message = "{key} has {received} bytes instead of {expected}."
    error_class = "integrity"
    retryable = True


class ChecksumDiffers(StoreError):
    message = "The bytes of {key} do not match the checksum or etag that the store gives."
    error_class = "integrity"
    retryable = True


class StoreRefused(StoreError):
    message = "The store answered {code} (HTTP {status}) to {operation}."


class StoreFault(StoreRefused):
    error_class = "connection"
    retryable = True
    exit_code = 3
