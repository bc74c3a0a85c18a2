"""A migrated database, a folder with files, and loading with the driver's own code."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import structlog
from psycopg.rows import namedtuple_row

from codegen.migration import migrate
from codegen.migration.desired import desired_objects
from codegen.migration.planner import changes, migration_texts
from rawcore.driver.landing import Lander, Landing
from rawcore.driver.run import register, start
from rawcore.driver.session import Session, load_extracts
from rawcore.local.folder import locked
from rawcore.settings import load_settings
from rawcore.stores.store import FolderStore
from tests.support.databases import Cluster, Database
from tests.support.home import home

PSEUDONYM_KEY = "a key of the tests, 32 characters or more"
FIRST_DELIVERY = datetime(2025, 7, 6, 12, 0, tzinfo=UTC)

REREAD: LiteralString = (
    "SELECT etl.open_readings(ARRAY(SELECT load_run_file_id FROM etl.load_run_files"
    " WHERE status = 'processed'), 'read again by a test')"
)

Rows = Sequence[Mapping[str, str] | Sequence[str]]


@dataclass
class Engine:
    """Delivers files into a folder and loads them as the driver does, as etl_writer."""

    database: Database
    folder: Path
    source: str = "indici"
    tenant: tuple[str, ...] = ("535", "685146")
    written: int = field(default=0, init=False)

    @cached_property
    def owner(self) -> psycopg.Connection[Any]:
        """A session of the owner, for set-up and for looking."""
        return psycopg.connect(
            self.database.admin_url,
            autocommit=True,
            options="-c TimeZone=Pacific/Auckland -c DateStyle=ISO,YMD",
        )

    def close(self) -> None:
        """Close the session of the owner."""
        self.owner.close()

    def query(self, statement: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of a statement of the owner."""
        cursor = self.owner.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def one(self, statement: LiteralString, *parameters: object) -> Any:
        """Return the only value of a statement of the owner."""
        ((value,),) = self.query(statement, *parameters)
        return value

    def set_pseudonym_key(self) -> None:
        """Set the key of the tests."""
        self.query("CALL etl.set_pseudonym_key(%s)", PSEUDONYM_KEY)

    # Files.

    @cached_property
    def columns(self) -> dict[str, list[str]]:
        """Columns of each extract in the order of its newest files."""
        return dict(self.query("SELECT extract, columns FROM etl.shapes WHERE until = 'infinity'"))

    def columns_at(self, extract: str, at: str) -> list[str]:
        """Columns of a file of this DateExtracted, a local time of the source."""
        columns: list[str] = self.one(
            "SELECT h.columns FROM etl.shapes AS h JOIN etl.extracts AS e USING (extract)"
            " JOIN etl.sources AS s USING (source), LATERAL (SELECT %s::timestamp"
            " AT TIME ZONE s.timezone AS time) AS t"
            " WHERE h.extract = %s AND t.time >= h.since AND t.time < h.until",
            at,
            extract,
        )
        return columns

    @cached_property
    def _facts(self) -> tuple[str, str, list[str]]:
        (facts,) = self.query(
            "SELECT field_separator, row_separator, tenant_columns FROM etl.sources"
            " WHERE source = %s",
            self.source,
        )
        return facts

    def line(
        self, extract: str, row: Mapping[str, str] | Sequence[str], at: str | None = None
    ) -> str:
        """Return a row as text: given by column, the tenant being the file's, or field by field."""
        between, end, tenant_columns = self._facts
        if isinstance(row, Mapping):
            given = {**dict(zip(tenant_columns, self.tenant, strict=False)), **row}
            columns = self.columns_at(extract, at) if at else self.columns[extract]
            row = [given.pop(name, "") for name in columns]
            assert not given, f"{extract} has no column {', '.join(given)}"
        return between.join(row) + end

    def deliver(
        self,
        extract: str,
        rows: Rows | bytes,
        at: str = "2025-07-06 12:00",
        *,
        since: str | None = None,
        kind: str = "delta",
    ) -> Path:
        """Write a file of the extract, extracted at a local time; the same again is a new version.

        `since` is the DateFrom of its name, a week before unless given.
        """
        content = (
            rows
            if isinstance(rows, bytes)
            else "".join(self.line(extract, r, at) for r in rows).encode()
        )
        path = self.folder / self.file_name(extract, at, since, kind)
        path.write_bytes(content)
        self.written += 1
        time = (FIRST_DELIVERY + timedelta(seconds=self.written)).timestamp()
        os.utime(path, (time, time))
        return path

    def file_name(
        self, extract: str, at: str, since: str | None = None, kind: str = "delta"
    ) -> str:
        """Return the name of a file by the pattern of the source."""
        extracted = datetime.fromisoformat(at)
        file_type = extract.replace("_", "")
        if self.source != "indici":
            return f"{file_type}_{kind}_{extracted:%Y%m%d%H%M}"
        begins = datetime.fromisoformat(since) if since else extracted - timedelta(days=7)
        tenant = f"{self.tenant[1]}{self.tenant[0]}"
        return (
            f"{tenant}{file_type}_{begins:%Y%m%d%H%M}_{extracted:%Y%m%d%H%M}_{extracted:%y%m%d%H%M}"
        )

    # Runs.

    def ingest(
        self, extract: str, rows: Rows | bytes, at: str = "2025-07-06 12:00", **how: str
    ) -> Any:
        """Deliver a file and load what is pending; return its row of etl.load_run_files."""
        path = self.deliver(extract, rows, at, **how)
        self.run()
        return self.file(path)

    def run(
        self,
        mode: str = "new",
        *,
        force: bool = False,
        kind: str | None = None,
        overrides: Mapping[str, str] | None = None,
        process: bool = True,
    ) -> int:
        """List, register, plan, land and process as `ingest.py run` does; return load_run_id."""
        store = FolderStore(self.folder)
        options: dict[str, Any] = {"mode": mode, "force": force, "bucket": store.bucket}
        options |= {"kind": kind} if kind else {}
        options |= {"overrides": dict(overrides)} if overrides else {}
        with self._session() as session:
            session.lock()
            register(session, store)
            run_id = start(session, options)
            lander = Lander(
                session.connection,
                store,
                session.source.dialect,
                load_extracts(session.connection, session.source),
                threading.Event(),
                lambda _: None,
            )
            for landing in _landings(lander, run_id):
                if landing.error is not None:
                    lander.fail(landing)
            if process:
                session.connection.execute(f"CALL etl.process_batch({run_id:d})")
            session.rows("finish_run", run_id)
        return run_id

    def reread(self) -> None:
        """Let the next run read all counting files again, as the owner does."""
        self.query(REREAD)

    def look(self) -> None:
        """List and register, as the beginning of each run does, and land nothing."""
        with self._session() as session:
            session.lock()
            register(session, FolderStore(self.folder))

    def _session(self) -> Session:
        settings = load_settings(
            database_url=self.database.driver_url,
            s3_bucket_name=f"file://{self.folder}",
            rawcore_source=self.source,
            rawcore_contracts=self.folder,  # the contracts of the tests are those migrated
        )
        log: Any = structlog.get_logger()
        return Session(settings, log.bind())

    def file(self, path: Path) -> Any:
        """Return the newest file of this name: its row of etl.load_run_files."""
        with self.owner.cursor(row_factory=namedtuple_row) as cursor:
            cursor.execute(
                "SELECT * FROM etl.load_run_files WHERE s3_key = %s"
                " ORDER BY load_run_file_id DESC LIMIT 1",
                [path.name],
            )
            return cursor.fetchone()

    @contextmanager
    def driver(self) -> Iterator[psycopg.Connection[Any]]:
        """A session of the driver's login, in autocommit."""
        with psycopg.connect(self.database.driver_url, autocommit=True) as connection:
            yield connection


def _landings(lander: Lander, run_id: int) -> Iterator[Landing]:
    while task := lander.start(run_id):
        yield lander.land(task)


def counts(file: Any) -> tuple[int, int, int, int, int]:
    """Return read, ingested, unchanged, duplicate and rejected of a file."""
    return (
        file.rows_read,
        file.rows_ingested,
        file.rows_unchanged,
        file.rows_duplicate,
        file.rows_rejected,
    )


def make_contracts_template(cluster: Cluster, name: str, contracts: Path) -> str:
    """Return the database made of a folder of contracts, made by the first worker who asks."""
    template = f"{cluster.make_template()}_{name}"
    done = home() / f"{name}.done"
    with locked(home() / f"{name}.lock"):
        if not done.exists():
            cluster.drop(template)
            made = cluster.create(template, "template0")
            migrate_desired(made, contracts, home() / name)
            cluster.grant_members(made)
            done.touch()
    return template


def migrate_desired(database: Database, contracts: Path, scratch: Path) -> None:
    """Bring an empty database to the desired state of some contracts in one migration."""
    apply_sql, rollback_sql = migration_texts(changes({}, desired_objects(contracts)))
    folder = scratch / "desired"
    (folder / "0001_desired").mkdir(parents=True)
    (folder / "0001_desired.py").write_text(migrate.migration_file("0001_desired", None))
    (folder / "0001_desired" / "apply.sql").write_text(apply_sql)
    (folder / "0001_desired" / "rollback.sql").write_text(rollback_sql)
    migrate.apply(database.admin_url, folder)
