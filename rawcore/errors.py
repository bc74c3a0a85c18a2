# ruff: noqa: D205, D415, N818 -- a docstring is a message; a name says what is the case
"""Every error the driver raises. The docstring of a class is its message; none holds field content.

`error_class` is what `etl.file_attempts` records, `retryable` says whether another attempt can
help, `ends_run` whether every other file would meet it too, and `exit_code` is what the command
ends with when the error ends it.
"""

from __future__ import annotations

import inspect
from typing import ClassVar


class RawcoreError(Exception):
    """{problem}"""

    error_class: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False
    ends_run: ClassVar[bool] = False
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


class PackageMissing(ConfigurationError):
    """The Python package {package} is not installed here. {remedy}"""

    @classmethod
    def of(cls, error: ModuleNotFoundError) -> PackageMissing:
        """Return what to say about a package that could not be imported."""
        package = (error.name or "?").partition(".")[0]
        if package in ("rawcore", "codegen"):
            return cls(package=error.name, remedy="Run from the folder of the clone.")
        target = "setup-dev" if package in _ONLY_IN_DEV else "setup"
        return cls(package=package, remedy=f"Run `make {target}`, then use .venv/bin/python.")


_ONLY_IN_DEV = ("charset_normalizer", "jinja2", "pglast")


class BadSettings(ConfigurationError):
    """The settings have {count} fault(s): {faults}"""


class BadDialect(ConfigurationError):
    """The dialect of source {source} cannot be read: {problem}."""


class UnknownSource(ConfigurationError):
    """No source {source} in the database. Known: {known}. Set RAWCORE_SOURCE or run `make
    migrate`.
    """


class ContractsChanged(ConfigurationError):
    """The contracts of source {source} in {folder} differ from what was migrated: if they were
    changed here, run `make migration`; then run `make migrate`.
    """


class ContractsUnreadable(ConfigurationError):
    """The contracts of source {source} have {count} fault(s): `make check` shows all. The first:
    {fault}.
    """


class ContractMissing(ConfigurationError):
    """There is no contract of {extract} in {folder}: set RAWCORE_CONTRACTS."""


class NotMigrated(ConfigurationError):
    """The database has no rawcore engine: run `make migrate`."""


class PooledConnection(ConfigurationError):
    """DATABASE_URL leads to a pooler that keeps no session for us (transaction mode), so locks and
    settings would be lost: connect to PostgreSQL itself.
    """


class EngineRefused(ConfigurationError):
    """{sqlstate}: {problem}."""


class OtherBytes(EngineRefused):
    """{sqlstate}: {problem}."""

    error_class = "integrity"
    exit_code = 1


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


class DriftedFile(BadContent):
    """Drift: {problem}. Likely: {change}. `python ingest.py drift` proposes the edit of the
    contract.
    """

    error_class = "drift"


class RaggedFile(BadContent):
    """Row {line_no}: {reason}. The policy ragged_rows of {extract} is fail."""


class TooManyBadRows(BadContent):
    """More than {limit} rows cannot stand in raw (the last at row {line_no}: {reason}): check
    separators and contract.
    """


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


class NoLocalServer(RawcoreError):
    """DATABASE_URL is not set: {problem}"""

    error_class = "connection"
    exit_code = 3


class DatabaseRefused(RawcoreError):
    """PostgreSQL at {where} refuses the connection ({problem}): check DATABASE_URL."""

    error_class = "permission"
    exit_code = 2


class DatabaseResource(RawcoreError):
    """PostgreSQL lacked the means (SQLSTATE {sqlstate}{where}): see the log of the server."""

    error_class = "resource"
    retryable = True
    exit_code = 3


class DatabaseFault(RawcoreError):
    """PostgreSQL raised SQLSTATE {sqlstate}{where}."""


class ContentRefused(DatabaseFault):
    """PostgreSQL raised SQLSTATE {sqlstate}{where}: the content of the file does not fit."""

    error_class = "bad_content"


class ProcessingInterrupted(RawcoreError):
    """{files} landed file(s) could not be processed (SQLSTATE {sqlstate}): see the log of the
    server. They stay landed, and the next run takes them up.
    """

    error_class = "resource"
    retryable = True
    exit_code = 3


class OtherEndDown(RawcoreError):
    """{faults} faults in a row, so the run ends; what is left is free, and the next run takes it
    up. The last one: {problem}
    """

    error_class = "connection"
    retryable = True
    exit_code = 3


class Stopped(RawcoreError):
    """Stopped by {signal}: what was in hand is rolled back and free again."""

    retryable = True
