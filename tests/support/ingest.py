"""The driver as a user starts it, small files for it, and the state of the database after it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from codegen.contract.loading import load_feed
from codegen.contract.model import Feed
from tests.support import warm
from tests.support.databases import Database

ROOT = Path(__file__).parents[2]
PSEUDONYM_KEY = "a key of the tests, which is long enough"
_PATIENCE_SECONDS = 60.0
_OURS = ("AWS_", "S3_", "RAWCORE_", "DATABASE_URL", "PG")
_NOT_DATA = ("load_run_file_id", "load_run_id")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def problem(self) -> str:
        """The error message: stderr without log lines."""
        lines = [line for line in self.err.splitlines() if line.startswith("rawcore: ")]
        assert len(lines) == 1, self.err
        return lines[0].removeprefix("rawcore: ")


@dataclass(frozen=True)
class Driver:
    """`python ingest.py` with the rights of etl_writer on one database and one store."""

    database: Database
    store: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **settings: str) -> Done:
        """Run it to its end."""
        return Done(*warm.run(arguments, self._environment(settings), _PATIENCE_SECONDS))

    def start(self, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
        """Start it."""
        return subprocess.Popen(
            [sys.executable, "ingest.py", *arguments],
            cwd=ROOT,
            env=self._environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        environment |= {"DATABASE_URL": self.database.driver_url, "RAWCORE_BACKOFF": "0.01"}
        environment |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
        return environment | {"RAWCORE_LOG": "json", **self.store, **self.settings, **settings}

    @contextlib.contextmanager
    def started(self, *arguments: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
        """Start it for a block; killed at its end if it still runs."""
        process = self.start(*arguments, **settings)
        try:
            yield process
        finally:
            kill(process)

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Return rows of a statement, asked as the superuser."""
        with psycopg.connect(
            self.database.superuser_url, autocommit=True, row_factory=dict_row
        ) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, *values: Any) -> Any:
        """Return the only value of a statement."""
        (row,) = self.query(statement, *values)
        (value,) = row.values()
        return value

    def set_pseudonym_key(self) -> None:
        """Set the same key for every test, so that cores can be compared."""
        with psycopg.connect(self.database.admin_url, autocommit=True) as connection:
            connection.execute("CALL etl.set_pseudonym_key(%s)", [PSEUDONYM_KEY])

    def until(self, condition: str, *values: Any) -> None:
        """Wait until a query says true; fails after a minute."""
        wait_until(lambda: bool(self.value(f"SELECT {condition}", *values)), condition)

    @contextlib.contextmanager
    def holding(self, table: str) -> Iterator[None]:
        """Lock a table during a block."""
        with psycopg.connect(self.database.superuser_url) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield

    def tables(self, *schemas: str) -> list[str]:
        """Return the tables of some schemas."""
        rows = self.query(
            "SELECT format('%%I.%%I', schemaname, tablename) AS name FROM pg_tables"
            " WHERE schemaname = ANY (%s) ORDER BY 1",
            list(schemas),
        )
        return [row["name"] for row in rows]

    def places(self, *schemas: str) -> dict[str, str]:
        """Return the physical places of all rows of each table: any write to a row changes them."""
        asked = " UNION ALL ".join(
            f"SELECT '{name}' AS name, md5(string_agg(ctid::text || xmin::text, ' ' ORDER BY ctid))"
            f" AS places FROM {name}"
            for name in self.tables(*schemas)
        )
        return {row["name"]: row["places"] for row in self.query(asked)}

    def core(self) -> dict[str, str]:
        """Return for each table of core a digest of its rows and of the content they came from."""
        return self._content(self.tables("core"))

    def content(self) -> dict[str, object]:
        """Return what two loads of the same files have in common: raw, stg, core, rejects, counts.

        Ids of runs and files are outside that promise.
        """
        rejects = [name for name in self.tables("etl") if name.startswith("etl.rejects_")]
        counts = self.query(
            "SELECT s3_key, file_hash, status, rows_read, rows_ingested, rows_unchanged,"
            " rows_duplicate, rows_rejected, rows_rejected_landing FROM etl.load_run_files"
            " WHERE is_counting ORDER BY s3_key"
        )
        return {"counts": counts, **self._content([*self.tables("raw", "stg", "core"), *rejects])}

    def _content(self, tables: Sequence[str]) -> dict[str, str]:
        strip = " ".join(f"- '{name}'" for name in _NOT_DATA)
        asked = " UNION ALL ".join(
            f"SELECT '{name}' AS name, count(*) || ' ' || coalesce(md5(string_agg("
            f"(to_jsonb(t) {strip})::text || f.s3_key || f.file_hash, ' '"
            f" ORDER BY (to_jsonb(t) {strip})::text, f.s3_key)), '') AS digest"
            f" FROM {name} AS t JOIN core.files AS f USING (load_run_file_id)"
            for name in tables
        )
        return {row["name"]: row["digest"] for row in self.query(asked)}

    def statuses(self) -> dict[str, str]:
        """Return the state of each file by its key; of several versions the newest."""
        rows = self.query("SELECT s3_key, status FROM etl.load_run_files ORDER BY load_run_file_id")
        return {row["s3_key"]: row["status"] for row in rows}


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition is true; fail after a minute."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.05)


def kill(process: "subprocess.Popen[str]") -> None:
    """Kill a driver, like a power failure."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.communicate()


@cache
def feed() -> Feed:
    """Return the shipped contracts."""
    return load_feed(ROOT / "contracts/indici")


TENANT = {"practice_id": "535", "per_org_id": "685146"}


def row(extract: str, **values: str) -> str:
    """Return a row of an extract without its last separator; other columns are empty."""
    given = TENANT | values
    columns = feed().extract(extract).columns
    assert given.keys() <= {column.name for column in columns}
    return feed().source.dialect.field_separator.join(given.get(c.name, "") for c in columns)


def body(rows: Sequence[str], encoding: str = "utf-16le") -> bytes:
    """Return a file with these rows."""
    return "".join(one + feed().source.dialect.row_separator for one in rows).encode(encoding)


def medicines(first: int, last: int, name: str = "Kōwhai oil") -> bytes:
    """Return a file of medicines with these ids."""
    rows = (row("medicine", medicine_id=str(n), medicine_name=name) for n in range(first, last + 1))
    return body(list(rows))


def name(file_type: str, day: int, practice: str = "535") -> str:
    """Return the name of a delta that was extracted on a day of September 2025."""
    return f"685146{practice}{file_type}_202509010000_202509{day:02d}0000_2509{day:02d}0100"
