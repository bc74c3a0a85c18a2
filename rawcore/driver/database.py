"""Connections to PostgreSQL, and what may be said about its errors.

Message, DETAIL and CONTEXT of data errors carry values, so only SQLSTATE and names of objects leave
this module. Errors of class RC are the engine's own and hold no values: their message and hint do.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from rawcore.delimited.decoding import Dialect
from rawcore.driver.retries import attempts
from rawcore.errors import (
    BadSettings,
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
    UnknownSource,
)
from rawcore.settings import Settings

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

Row = dict[str, Any]
Connection = psycopg.Connection[Row]

WRITER = "etl_writer"
_REFUSED = re.compile(
    r"FATAL: +((?:password authentication failed|no pg_hba|role|database|permission denied).*)"
)
_UNMIGRATED = {"42P01", "3F000", "42883", "42704"}
_ORPHAN_SECONDS = 5
_NETWORK = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A server that vanished without a word is given up after a minute; a system would wait for hours.

Parameters of libpq in seconds, the last in milliseconds; DATABASE_URL may say otherwise.
"""
_RESOURCE = ("40", "53", "58", "55P03", "57014")
_LOST = ("08", "57P")
_SESSION = """
SELECT set_config('statement_timeout', '0', false),
    set_config('idle_in_transaction_session_timeout', '0', false),
    set_config('idle_session_timeout', '0', false),
    CASE
        WHEN current_setting('transaction_timeout', true) IS NOT NULL
            THEN set_config('transaction_timeout', '0', false)
    END,
    set_config('TimeZone', 'UTC', false),
    set_config('DateStyle', 'ISO, YMD', false)
"""


@dataclass(frozen=True, slots=True)
class Source:
    """What the database says about the source to load."""

    name: str
    dialect: Dialect
    timezone: str
    contract_fingerprint: str


@dataclass(frozen=True, slots=True)
class Extract:
    """Where rows of an extract land, and what a row that does not fit does: reject or fail.

    `shapes` says, by the number of their fields, which files are known.
    """

    name: str
    raw_table: str
    ragged_rows: str
    shapes: dict[int, str]


def database_url(settings: Settings) -> str:
    """Return DATABASE_URL. Raises BadSettings when it is not set."""
    if settings.database_url is None:
        raise BadSettings(count=1, faults="DATABASE_URL is not set")
    return settings.database_url.get_secret_value()


def connect(
    url: str, settings: Settings, name: str, log: FilteringBoundLogger | None = None
) -> Connection:
    """Connect in autocommit as etl_writer where the login may.

    Tries RAWCORE_ATTEMPTS times. Raises DatabaseUnreachable, DatabaseRefused.
    """
    for attempt in attempts(settings, log, DatabaseUnreachable):
        with attempt:
            return _connect_once(url, name)
    raise AssertionError("attempts() returns or raises")


def _connect_once(url: str, name: str) -> Connection:
    parts: dict[str, Any] = {**_NETWORK, **conninfo_to_dict(url)}
    where = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
    try:
        connection: Connection = psycopg.connect(
            make_conninfo(**parts),
            autocommit=True,
            row_factory=dict_row,
            application_name=name,
        )
    except psycopg.OperationalError as error:
        refused = _REFUSED.search(str(error))
        if refused:
            raise DatabaseRefused(where=where, problem=refused[1]) from None
        raise DatabaseUnreachable(where=where, problem=_network_problem(error)) from None
    with translated():
        connection.execute(_SESSION)  # not as startup parameters: poolers refuse those
        may = connection.execute(
            "SELECT r.rolname IS NOT NULL AND pg_has_role(session_user, r.oid, 'SET') AS may"
            " FROM pg_roles AS r WHERE r.rolname = %s",
            [WRITER],
        ).fetchone()
        if may and may["may"]:
            connection.execute(f"SET ROLE {WRITER}")
    # A session whose driver was killed ends within seconds; not every server's system can tell.
    with suppress(psycopg.Error):
        connection.execute(f"SET client_connection_check_interval = '{_ORPHAN_SECONDS}s'")
    return connection


def refuse_pooler(connection: Connection, url: str, settings: Settings) -> None:
    """Raise PooledConnection if statements outside a transaction go to whatever session is free.

    While our connection rests, a pooler in transaction mode lends its session to the next one that
    asks: then a second connection finds our process, or what we set for ourselves is gone.
    """
    mark = uuid.uuid4().hex
    facts = "SELECT pg_backend_pid() AS pid, current_setting('rawcore.mark', true) AS mark"
    with translated():
        connection.execute("SELECT set_config('rawcore.mark', %s, false)", [mark])
    with connect(url, settings, "rawcore check") as other, translated():
        theirs = other.execute(facts).fetchone()
        ours = connection.execute(facts).fetchone()
    if not ours or not theirs or ours["mark"] != mark or theirs["mark"] == mark:
        raise PooledConnection()
    if ours["pid"] == theirs["pid"]:
        raise PooledConnection()


def _network_problem(error: psycopg.OperationalError) -> str:
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return re.sub(r"^.*(?:failed|FATAL): +", "", first)[:200]


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of psycopg into rawcore's, without values and without their chain."""
    try:
        yield
    except psycopg.Error as error:
        raise as_database_error(error) from None


def as_database_error(error: psycopg.Error) -> RawcoreError:
    """Say what may be said about an error of the server."""
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


def load_source(connection: Connection, wanted: str | None) -> Source:
    """Return the source to load. Raises NotMigrated, UnknownSource."""
    try:
        rows = connection.execute(
            "SELECT source, field_separator, row_separator, encoding, header, timezone,"
            " contract_fingerprint, quote, trailing_separator, open_end"
            " FROM etl.sources ORDER BY source"
        ).fetchall()
    except psycopg.Error as error:
        if error.sqlstate in _UNMIGRATED:
            raise NotMigrated() from None
        raise as_database_error(error) from None
    fitting = [row for row in rows if wanted in (None, row["source"])]
    if len(fitting) != 1:
        known = ", ".join(row["source"] for row in rows) or "none"
        raise UnknownSource(source=wanted or "to choose by itself", known=known)
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
    return Source(row["source"], dialect, row["timezone"], row["contract_fingerprint"])


def load_extracts(connection: Connection, source: Source) -> dict[str, Extract]:
    """Return the extracts of a source by name."""
    with translated():
        rows = connection.execute(
            "SELECT extract, raw_table, ragged_rows FROM etl.extracts WHERE source = %s",
            [source.name],
        ).fetchall()
        shapes = connection.execute(
            "SELECT h.extract, cardinality(h.columns) AS fields, concat_ws(' ', 'files',"
            " 'since ' || to_char(nullif(h.since, '-infinity') AT TIME ZONE s.timezone, %(form)s),"
            " 'until ' || to_char(nullif(h.until, 'infinity') AT TIME ZONE s.timezone, %(form)s)"
            ") AS words FROM etl.shapes AS h JOIN etl.extracts AS e USING (extract)"
            " JOIN etl.sources AS s USING (source) WHERE source = %(source)s ORDER BY h.since",
            {"form": "YYYY-MM-DD HH24:MI", "source": source.name},
        ).fetchall()
    return {
        row["extract"]: Extract(
            row["extract"],
            row["raw_table"],
            row["ragged_rows"],
            {s["fields"]: s["words"] for s in shapes if s["extract"] == row["extract"]},
        )
        for row in rows
    }


def check_contracts(source: Source, folder: Path) -> None:
    """Raise ContractsChanged or ContractsUnreadable if contracts here are not those migrated."""
    contracts = folder / source.name
    if not (contracts / "source.yml").is_file():
        return
    from codegen.contract.fingerprint_file import written_fingerprint

    if written_fingerprint(contracts) == source.contract_fingerprint:
        return
    if _parsed(contracts) != source.contract_fingerprint:
        raise ContractsChanged(source=source.name, folder=folder)


def _parsed(contracts: Path) -> str:
    """Return the fingerprint of what contracts say, written down or not."""
    from codegen.contract.errors import ContractErrors
    from codegen.contract.fingerprint import contract_fingerprint

    try:
        return contract_fingerprint(contracts)
    except ContractErrors as errors:
        raise ContractsUnreadable(
            source=contracts.name, count=len(errors.faults), fault=errors.faults[0]
        ) from None
