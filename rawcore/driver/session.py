"""Sessions with PostgreSQL, and its errors without values of the feed.

`ask` is the only way from Python to the engine: it calls one function of the schema etl. Message,
DETAIL and CONTEXT of data errors hold values, so only SQLSTATE and names of objects leave this
module. Errors of class RC come from the engine and hold no values, so message and hint are shown.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from rawcore.delimited.decoding import Dialect
from rawcore.errors import (
    ConnectionLost,
    ContentRefused,
    ContractsChanged,
    ContractsUnreadable,
    DatabaseFault,
    DatabaseRefused,
    DatabaseResource,
    DatabaseUnreachable,
    EngineRefused,
    EngineUnfit,
    NotMigrated,
    OtherBytes,
    PooledConnection,
    RawcoreError,
    SourceBusy,
    UnknownSource,
)
from rawcore.retries import attempts
from rawcore.settings import Settings

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

T = TypeVar("T")
Row = dict[str, Any]
Connection = psycopg.Connection[Row]

WRITER = "etl_writer"
_REFUSED = re.compile(
    r"FATAL: +((?:password authentication failed|no pg_hba|role|database|permission denied).*)"
)
_UNMIGRATED = {"42P01", "3F000", "42883", "42704"}
_NETWORK = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A server that no longer answers is given up after a minute; by default this takes hours.

Parameters of libpq in seconds, the last in milliseconds; DATABASE_URL can override them.
"""
_RESOURCE = ("40", "53", "58", "55P03", "57014")
_LOST = ("08", "57P")
_SESSION = (
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET idle_session_timeout = 0",
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",  # psycopg reads times in no other style
)
_SESSION_17 = "SET transaction_timeout = 0"
_SESSION_IF_ALLOWED = (
    f"SET ROLE {WRITER}",
    # The session of a killed driver ends within seconds, if the server's operating system can tell.
    "SET client_connection_check_interval = '5s'",
)


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """The source to load, as the database describes it."""

    name: str
    dialect: Dialect
    timezone: str
    contract_fingerprint: str


@dataclass(frozen=True, slots=True)
class LandingRules:
    """Where rows of an extract land, and whether a ragged row is rejected or fails the file.

    `shapes` names the known shapes of files by their number of fields.
    """

    name: str
    raw_table: str
    ragged_rows: str
    shapes: dict[int, str]


def connect(
    url: str, settings: Settings, name: str, log: FilteringBoundLogger | None = None
) -> Connection:
    """Connect in autocommit, as etl_writer if the login may. The caller closes the session.

    Tries RAWCORE_ATTEMPTS times. Raises DatabaseUnreachable, DatabaseRefused.
    """
    return attempts(settings, log, DatabaseUnreachable)(_connect_once, url, name)


def _connect_once(url: str, name: str) -> Connection:
    parts: dict[str, Any] = {**_NETWORK, **conninfo_to_dict(url)}
    where = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
    try:
        connection: Connection = psycopg.connect(
            make_conninfo(**parts), autocommit=True, row_factory=dict_row, application_name=name
        )
    except psycopg.OperationalError as error:
        refused = _REFUSED.search(str(error))
        if refused:
            raise DatabaseRefused(where=where, problem=refused[1]) from None
        raise DatabaseUnreachable(where=where, problem=_network_problem(error)) from None
    try:
        _set_up(connection)
    except psycopg.Error as error:
        connection.close()
        raise as_database_error(error) from None
    return connection


def _set_up(connection: Connection) -> None:
    """Set the parameters of the session by statements: poolers refuse startup parameters."""
    is_17 = connection.info.server_version >= 170_000
    connection.execute("; ".join([*_SESSION, _SESSION_17] if is_17 else _SESSION).encode())
    for statement in _SESSION_IF_ALLOWED:
        with suppress(
            psycopg.errors.InsufficientPrivilege,
            psycopg.errors.InvalidParameterValue,
            psycopg.errors.UndefinedObject,
        ):
            connection.execute(statement.encode())


def ask(connection: Connection, function: str, *arguments: object) -> list[Row]:
    """Return the rows of a function of the schema etl, as dicts; a dict argument becomes jsonb.

    Raises the errors that `as_database_error` returns.
    """
    call = sql.SQL("SELECT * FROM {}({})").format(
        sql.Identifier("etl", function), sql.SQL(", ").join([sql.Placeholder()] * len(arguments))
    )
    values = [Jsonb(one) if isinstance(one, dict) else one for one in arguments]
    with translated():
        return connection.execute(call, values).fetchall()


def value(connection: Connection, function: str, *arguments: object) -> Any:
    """Return the only value of a function of the schema etl."""
    ((found,),) = (row.values() for row in ask(connection, function, *arguments))
    return found


class Session:
    """The session of a command; threads may share it. `connection` is the current one.

    It ends with its `with` block. If the connection is lost, the session connects again and takes
    back the lock on the source.
    """

    def __init__(self, settings: Settings, log: FilteringBoundLogger) -> None:
        """Connect and find the source. Raises DatabaseUnreachable, NotMigrated, UnknownSource."""
        self.url, self.settings, self.log = settings.url, settings, log
        self._holds_source = False
        self._turn = threading.RLock()
        self.connection: Connection = self._connected()
        try:
            self.source: LoadedSource = load_source(self.connection, settings.rawcore_source)
            self._set_timezone()
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def rows(self, function: str, *arguments: object) -> list[Row]:
        """Return the rows of a function of the schema etl, times in the zone of the source."""
        return self.through(lambda: ask(self.connection, function, *arguments))

    def row(self, function: str, *arguments: object) -> Row:
        """Return the only row of a function of the schema etl."""
        (row,) = self.rows(function, *arguments)
        return row

    def value(self, function: str, *arguments: object) -> Any:
        """Return the only value of a function of the schema etl."""
        (found,) = self.row(function, *arguments).values()
        return found

    def through(self, work: Callable[[], T]) -> T:
        """Do work on `connection`; if the connection is lost, connect again and retry once."""
        with self._turn:
            try:
                return work()
            except ConnectionLost as error:
                self.log.warning("control connection lost", problem=str(error))
            self._reconnect()
            return work()

    def lock(self) -> None:
        """Lock the source until the session ends. Raises SourceBusy."""
        if not self.value("lock_source", self.source.name):
            raise SourceBusy(source=self.source.name)
        self._holds_source = True

    def close(self) -> None:
        """Unlock the source and end the session.

        The lock is released explicitly: a server can notice the end of a session a little later.
        """
        with suppress(psycopg.Error, RawcoreError):  # a lost session holds no lock
            if self._holds_source:
                ask(self.connection, "unlock_source", self.source.name)
        self.connection.close()

    def _connected(self) -> Connection:
        return connect(self.url, self.settings, "rawcore control", self.log)

    def _set_timezone(self) -> None:
        with translated():
            self.connection.execute(
                sql.SQL("SET TimeZone = {}").format(sql.Literal(self.source.timezone))
            )

    def _reconnect(self) -> None:
        """Connect again and lock the source again. Raises SourceBusy if another run has it by now.

        Locking is retried: the server may need a moment to notice that the old session is gone.
        """
        self.connection.close()
        self.connection = self._connected()
        self._set_timezone()
        if self._holds_source:
            attempts(self.settings, self.log, SourceBusy)(self.lock)


def refuse_pooler(connection: Connection, url: str, settings: Settings) -> None:
    """Raise PooledConnection if the connection goes through a pooler in transaction mode.

    Between transactions, this pooler gives our server session to the next client: then a second
    connection has the same server process, or a parameter that we set is gone.
    """
    mark = uuid.uuid4().hex
    with translated():
        connection.execute(sql.SQL("SET rawcore.mark = {}").format(sql.Literal(mark)))
    with connect(url, settings, "rawcore check") as other:
        (theirs,) = ask(other, "session_mark")
        (ours,) = ask(connection, "session_mark")
    if ours["mark"] != mark or theirs["mark"] == mark or ours["pid"] == theirs["pid"]:
        raise PooledConnection()


def _network_problem(error: psycopg.OperationalError) -> str:
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return re.sub(r"^.*(?:failed|FATAL): +", "", first)[:200]


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of psycopg into rawcore's errors, without values and without the error chain."""
    try:
        yield
    except psycopg.Error as error:
        raise as_database_error(error) from None


def as_database_error(error: psycopg.Error) -> RawcoreError:
    """Return rawcore's error for an error of the server, without values of the feed."""
    state = error.sqlstate or ""
    if state.startswith("RC"):
        facts = (error.diag.message_primary, error.diag.message_hint)
        kind = OtherBytes if state == "RC005" else EngineRefused
        return kind(sqlstate=state, problem=". ".join(fact.rstrip(".") for fact in facts if fact))
    if state.startswith(_LOST) or (not state and isinstance(error, psycopg.OperationalError)):
        return ConnectionLost(sqlstate=state or None, problem=state or "no answer")
    names = (error.diag.schema_name, error.diag.table_name, error.diag.column_name)
    where = ".".join(name for name in names if name)
    if state.startswith(_RESOURCE):
        return DatabaseResource(sqlstate=state, where=f" at {where}" if where else "")
    if state.startswith("42") and state != "42601":  # these name objects, never values
        return EngineUnfit(sqlstate=state, problem=error.diag.message_primary)
    fault = ContentRefused if state.startswith(("22", "23")) else DatabaseFault
    return fault(sqlstate=state or type(error).__name__, where=f" at {where}" if where else "")


def load_source(connection: Connection, wanted: str | None) -> LoadedSource:
    """Return the source to load. Raises NotMigrated, UnknownSource."""
    try:
        rows = ask(connection, "list_sources")
    except RawcoreError as error:
        if error.facts.get("sqlstate") in _UNMIGRATED:
            raise NotMigrated() from None
        raise
    fitting = [row for row in rows if wanted in (None, row["source"])]
    if len(fitting) != 1:
        known = ", ".join(row["source"] for row in rows) or "none"
        raise UnknownSource(source=wanted or "not set", known=known)
    (row,) = fitting
    dialect = Dialect(
        row["field_separator"],
        row["row_separator"],
        row["encoding"],
        row["header"],
        row["source"],
        row["quote"],
        row["trailing_separator"],
        row["open_end"],
    )
    return LoadedSource(row["source"], dialect, row["timezone"], row["contract_fingerprint"])


def load_extracts(connection: Connection, source: LoadedSource) -> dict[str, LandingRules]:
    """Return the landing rules of a source's extracts by name, in load order."""
    return {
        row["extract"]: LandingRules(
            row["extract"],
            row["raw_table"],
            row["ragged_rows"],
            {int(fields): words for fields, words in (row["shapes"] or {}).items()},
        )
        for row in ask(connection, "list_extracts", source.name)
    }


def check_contracts(source: LoadedSource, folder: Path) -> None:
    """Raise ContractsChanged or ContractsUnreadable if the contracts are not the migrated ones."""
    contracts = folder / source.name
    if not (contracts / "source.yml").is_file():
        return
    from codegen.contract.fingerprint_file import written_fingerprint

    if written_fingerprint(contracts) == source.contract_fingerprint:
        return
    if _parsed(contracts) != source.contract_fingerprint:
        raise ContractsChanged(source=source.name, folder=folder)


def _parsed(contracts: Path) -> str:
    """Return the fingerprint of the contracts, computed from their text."""
    from codegen.contract.errors import ContractErrors
    from codegen.contract.fingerprint import contract_fingerprint

    try:
        return contract_fingerprint(contracts)
    except ContractErrors as errors:
        raise ContractsUnreadable(
            source=contracts.name, count=len(errors.faults), fault=errors.faults[0]
        ) from None
