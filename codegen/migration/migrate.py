"""Apply the migrations of a folder to a database and take them back, through yoyo.

A migration is a Python file, `0001_initial.py`, and the SQL beside it: `0001_initial/apply.sql` and
`rollback.sql`. Each runs in one transaction, which also marks the migration as applied.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid1

import psycopg
from psycopg import sql
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import DatabaseURI
from yoyo.exceptions import BadMigration
from yoyo.migrations import Migration, default_migration_table

from codegen.migration import checksums
from codegen.migration.statements import Statement, split

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
MINIMUM_VERSION = 16
_LOCK = int.from_bytes(b"rawcore", "big")
_ATTEMPTS = 6
_OWNER = "etl_owner"

Step = Callable[[psycopg.Connection[Any]], None]
Report = Callable[[str], None]
Work = Callable[[str], list[str]]


class MigrationError(RuntimeError):
    """A migration or its database is faulty; the text states where, why and what to do."""


def apply(
    database_url: str,
    folder: Path = MIGRATIONS,
    report: Report = print,
    *,
    may_rewrite: bool = False,
    pause: float = 1.0,
) -> list[str]:
    """Apply all pending migrations; return their ids, in order.

    It is harmless to call it again, or twice at once: the second call waits and finds nothing to
    do. If other sessions use the tables of a migration, it is retried after `pause` seconds, and
    the pause doubles each time. `report` gets the warnings that migrations raise. With
    `may_rewrite` big tables may be rewritten under a lock.

    Raises:
        MigrationError: the database cannot be reached, is too old or not UTF8; a migration was
            edited after it was applied; or a statement failed (its migration is rolled back).
    """
    with _backend(database_url, report) as backend:
        migrations = _read(folder)
        backend.refuse_edited(folder)
        backend.allow_rewrite(may_rewrite)
        pending = list(backend.to_apply(migrations))
        for migration in pending:
            _patiently(partial(backend.apply_one, migration), report, pause)
        backend.validate()
        return [migration.id for migration in pending]


def _patiently(work: Callable[[], None], report: Report, pause: float) -> None:
    """Do the work; retry it while other sessions lock its tables."""
    for attempt in range(_ATTEMPTS):
        try:
            work()
            return
        except MigrationError as error:
            is_locked = isinstance(error.__cause__, psycopg.errors.LockNotAvailable)
            if not is_locked or attempt == _ATTEMPTS - 1:
                raise
        report("the tables are in use: retrying")
        time.sleep(pause * 2**attempt)


def rollback(
    database_url: str, count: int = 1, folder: Path = MIGRATIONS, report: Report = print
) -> list[str]:
    """Take the last `count` applied migrations back, newest first; return their ids.

    Big tables may be rewritten.

    Raises:
        MigrationError: as in `apply`.
    """
    with _backend(database_url, report) as backend:
        backend.allow_rewrite(True)
        applied = list(backend.to_rollback(_read(folder)))[:count]
        for migration in applied:
            _patiently(partial(backend.rollback_one, migration), report, 1.0)
        backend.validate()
        return [migration.id for migration in applied]


def sql_files(migration: str) -> tuple[Step, Step]:
    """Return the steps of a migration: run `apply.sql`, run `rollback.sql`, as whole files.

    Called by each migration with its `__file__`.
    """
    folder = Path(migration).with_suffix("")
    return _file_step(folder / "apply.sql"), _file_step(folder / "rollback.sql")


def migration_file(migration_id: str, depends: str | None) -> str:
    """Return the text of the Python file of a migration that follows on `depends`."""
    return f'''"""The SQL is in {migration_id}/apply.sql, the way back in rollback.sql."""

from yoyo import step

from codegen.migration.migrate import sql_files

__depends__ = {{{f'"{depends}"' if depends else ""}}}

steps = [step(*sql_files(__file__))]
'''


def execute_file(connection: psycopg.Connection[Any], path: Path) -> None:
    """Run every statement of a file in the connection's transaction.

    Raises:
        MigrationError: a statement failed; the text starts with file and line.
    """
    for statement in split(path.read_text(encoding="utf-8")):
        try:
            connection.execute(statement.text.encode(), prepare=False)
        except psycopg.Error as error:
            raise MigrationError(_explain(path, statement, error)) from error


def _file_step(path: Path) -> Step:
    def run(connection: psycopg.Connection[Any]) -> None:
        execute_file(connection, path)

    return run


def _explain(path: Path, statement: Statement, error: psycopg.Error) -> str:
    """Return file, line, message and SQLSTATE, then the first line of the statement and details."""
    diag = error.diag
    position = int(diag.statement_position or 1) - 1
    line = statement.line + statement.text.count("\n", 0, position)
    shown = Path(*path.parts[-3:])
    lines = [f"{shown}:{line}: {diag.message_primary or error} ({diag.sqlstate})"]
    if line != statement.line:
        lines.append(f"  {statement.text.splitlines()[line - statement.line].strip()}")
    lines.append(f"  in the statement of line {statement.line}: {statement.text.splitlines()[0]}")
    for name, text in (
        ("detail", diag.message_detail),
        ("hint", diag.message_hint),
        ("context", diag.context),
    ):
        if text:
            lines.append(f"  {name}: {text}")
    return "\n".join(lines)


def _read(folder: Path) -> Any:
    """Read the migrations of a folder; yoyo alone would skip files that it cannot read."""
    if not folder.is_dir():
        raise MigrationError(f"there is no folder {folder}: make migration writes the first one")
    migrations = read_migrations(str(folder))
    for migration in migrations:
        try:
            migration.load()
        except BadMigration as error:
            raise MigrationError(f"{migration.path} cannot be read: {error.args[-1]!r}") from error
    return migrations


@contextlib.contextmanager
def _backend(database_url: str, report: Report) -> Iterator["_Backend"]:
    """Connect, check the database, and lock out every other `apply` and `rollback`."""
    url = database_url.replace("+psycopg://", "://", 1)
    try:
        with psycopg.connect(url, autocommit=True) as guard:
            _check(guard)
            row = guard.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
            if row == (False,):
                report("waiting for another migration of this database to end")
                guard.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            with _Backend(url, report) as backend:
                yield backend
    except psycopg.OperationalError as error:
        raise MigrationError(f"the database cannot be reached: {error}") from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise MigrationError(
            f"{error}: migrations run as a login that owns the database and has CREATEROLE"
        ) from error


def _check(connection: psycopg.Connection[Any]) -> None:
    major = connection.info.server_version // 10_000
    if major < MINIMUM_VERSION:
        raise MigrationError(
            f"the server is PostgreSQL {major}: rawcore needs {MINIMUM_VERSION} or newer"
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        name = sql.Identifier(connection.info.dbname).as_string(connection)
        raise MigrationError(
            f"database {name} is encoded in {encoding}, which cannot hold every name of a feed: "
            "make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


class _Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo's backend; one transaction runs a migration and marks it as applied."""

    def __init__(self, url: str, report: Report) -> None:
        self._url = url
        self._report = report
        address = DatabaseURI("postgresql+psycopg", None, None, None, None, None, {})
        super().__init__(address, default_migration_table)

    def connect(self, dburi: DatabaseURI) -> psycopg.Connection[Any]:
        """Connect with the URL unchanged: libpq understands every form of it."""
        connection = psycopg.connect(self._url, autocommit=True)
        connection.execute("SET client_min_messages = warning")
        connection.add_notice_handler(lambda diag: self._report(diag.message_primary or ""))
        return connection

    @contextlib.contextmanager
    def lock(self, timeout: float = 10) -> Iterator[None]:
        """Do nothing: an advisory lock is held already, and a crash does not leave it behind."""
        yield

    def apply_one(self, migration: Migration, force: bool = False, mark: bool = True) -> None:
        """Run a migration and mark it as applied."""
        self.ensure_internal_schema_updated()
        with self.transaction():
            migration.process_steps(self, "apply", force=force)
            self._be_oneself()
            checksums.record(self.connection, migration.id, Path(migration.path).parent)
            self.log_migration(migration, "apply")
            if mark:
                self.mark_one(migration, log=False)

    def rollback_one(self, migration: Migration, force: bool = False) -> None:
        """Take a migration back and remove its mark."""
        self.ensure_internal_schema_updated()
        with self.transaction():
            migration.process_steps(self, "rollback", force=force)
            self._be_oneself()
            checksums.forget(self.connection, migration.id)
            self.log_migration(migration, "rollback")
            self.unmark_one(migration, log=False)

    def refuse_edited(self, folder: Path) -> None:
        """Raise MigrationError if a migration was edited after it was applied here."""
        checksums.make_table(self.connection)
        edited = checksums.edited(self.connection, folder)
        if edited:
            raise MigrationError(
                f"{', '.join(edited)}: edited after it was applied to this database. Restore it,"
                " and put the change into a new migration. Before the first release, or if this"
                f" database was migrated from another folder than {folder}: make clean, or set"
                " another DATABASE_URL"
            )

    def allow_rewrite(self, may_rewrite: bool) -> None:
        """Set whether big tables may be rewritten, for etl.refuse_rewrite in migrations."""
        self.execute(f"SET rawcore.rewrite = {'on' if may_rewrite else 'off'}")

    def validate(self) -> None:
        """Validate constraints that migrations added as NOT VALID; harmless when repeated."""
        routine = "etl.validate_constraints()"
        known = self.execute("SELECT to_regprocedure(:name)", {"name": routine}).fetchone()
        if known != (None,):
            self.execute(f"SET ROLE {_OWNER}")
            self.execute(f"CALL {routine}")
            self._be_oneself()

    def _be_oneself(self) -> None:
        """Undo SET ROLE and SET search_path of the migration: the login owns yoyo's tables."""
        self.execute("RESET ROLE")
        self.execute("RESET search_path")

    def get_log_data(
        self, migration: Migration | None = None, operation: str = "apply"
    ) -> dict[str, Any]:
        """Return a row of yoyo's log, without a DNS look-up for the name of this host."""
        return {
            "id": str(uuid1()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": self.connection.info.user,
            "hostname": socket.gethostname(),
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }
