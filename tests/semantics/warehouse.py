"""A database of the shop feed, a bucket in memory, and runs as the driver makes them."""

from __future__ import annotations

import hashlib
import io
import shutil
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from codegen.migration import migrate
from codegen.migration.desired import desired_objects
from codegen.migration.planner import changes, migration_texts
from rawcore.driver.landing import Lander
from rawcore.driver.session import Connection, load_extracts, load_source
from rawcore.errors import DriftedFile, ObjectChanged
from rawcore.stores.store import Body, Checks, Listed
from tests.semantics.model import Origin, Row, Rules, Table
from tests.support.databases import Cluster, Database

VERSION = "s3_version_id || CASE WHEN reading > 1 THEN '#' || reading ELSE '' END"
"""What identifies a reading of an object: its version, with a number from the second on."""

CONTRACTS = Path(__file__).parents[1] / "data" / "contracts"
BUCKET = "shop-bucket"


@dataclass(frozen=True)
class Stored:
    """One version of an object."""

    version: str
    body: bytes
    modified: datetime

    @property
    def etag(self) -> str:
        """MD5 of the content, as S3 has it."""
        return hashlib.md5(self.body, usedforsecurity=False).hexdigest()


@dataclass
class Bucket:
    """A bucket with versions, in memory; it is a rawcore.stores.store.Store."""

    bucket: str = BUCKET
    objects: dict[str, list[Stored]] = field(default_factory=dict)

    def put(self, key: str, rows: Iterable[str], modified: datetime) -> Stored:
        """Write a new version of an object."""
        known = self.objects.setdefault(key, [])
        body = "".join(f"{row}\n" for row in rows).encode()
        known.append(Stored(f"v{len(known) + 1}", body, modified))
        return known[-1]

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Yield the newest version of each object."""
        for key, versions in self.objects.items():
            newest = versions[-1]
            yield Listed(key, len(newest.body), newest.etag, newest.modified)

    def open(self, key: str, etag: str | None, version_id: str | None) -> Body:
        """Open the version, or while it has not been read the newest one, if it has this etag."""
        newest = self.objects[key][-1]
        known = [one for one in self.objects[key] if one.version == version_id]
        if not known and newest.etag != etag:
            raise ObjectChanged(key=key)
        stored = known[0] if known else newest
        checks = Checks(key, len(stored.body), stored.etag)
        return Body(io.BytesIO(stored.body).read, lambda: None, checks, stored.version, _no_error)


def _no_error(error: Exception) -> Any:
    raise error


@dataclass(frozen=True)
class Options:
    """Options of a run."""

    mode: Literal["new", "retry", "batch"] = "new"
    batch: datetime | None = None
    extracts: Sequence[str] | None = None
    force: bool = False

    def document(self) -> dict[str, Any]:
        """Return them as etl.read_options reads them."""
        given = {
            "mode": self.mode,
            "batch": self.batch and f"{self.batch:%Y-%m-%d %H:%M}",
            "extracts": self.extracts and list(self.extracts),
            "force": self.force,
        }
        return {name: value for name, value in given.items() if value is not None}


class Warehouse:
    """The database, the bucket, and what can be done with them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.bucket = Bucket()
        self.driver = self.connect()
        self.admin = psycopg.connect(database.superuser_url, autocommit=True)
        self.admin.execute("SET TimeZone = 'UTC'")
        self.source = load_source(self.driver, "shop")
        self.extracts = load_extracts(self.driver, self.source)
        self.lander = self._lander(self.driver)
        found = self.admin.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN"
            " ('raw', 'stg', 'core') OR schemaname = 'etl' AND tablename ~ %s ORDER BY 1",
            ["^(rejects_|touched_|observed_|absent_|horizons|load_|file_attempts|s3_|dq_results)"],
        )
        self.resets = 0
        self.swapped: dict[str, tuple[str, str]] = {}
        self.data_tables = [name for (name,) in found]

    def connect(self) -> Connection:
        """Connect as the driver does."""
        connection: Connection = psycopg.connect(
            self.database.driver_url, autocommit=True, row_factory=dict_row
        )
        connection.execute("SET ROLE etl_writer")
        return connection

    def _lander(self, connection: Connection) -> Lander:
        return Lander(
            connection,
            self.bucket,
            self.source.dialect,
            self.extracts,
            threading.Event(),
            lambda size: None,
        )

    def close(self) -> None:
        """Close the connections."""
        self.driver.close()
        self.admin.close()

    def reset(self) -> None:
        """Delete all data but the contracts; DELETE is faster than TRUNCATE on small tables."""
        self.bucket.objects.clear()
        for extract, columns in [*self.swapped.items()]:  # a history that failed left it so
            self.swap(extract, *columns)
        self.resets += 1
        self.admin.execute("DELETE FROM etl.domain_values WHERE core_value IN ('boss', 'lost')")
        if self.resets % 25 == 0:
            self.admin.execute(f"TRUNCATE {', '.join(self.data_tables)}")
        else:
            self.admin.execute(";".join(f"DELETE FROM {table}" for table in self.data_tables))

    def look(self) -> None:
        """List the bucket into the database."""
        listing = str(uuid.uuid4())
        with self.driver.cursor() as cursor:
            with cursor.copy(
                "COPY etl.s3_listing (listing_id, s3_bucket, s3_key, size_bytes, etag,"
                " last_modified) FROM STDIN"
            ) as copy:
                for one in self.bucket.list():
                    copy.write_row(
                        (listing, BUCKET, one.key, one.size, one.etag, one.last_modified)
                    )
            cursor.execute("SELECT * FROM etl.register_listing('shop', %s)", [listing])

    def run(self, options: Options = Options(), process: bool = True, **how: Any) -> None:
        """List, land and, unless the run is to stop there, process."""
        self.look()
        run_id = self.start(options)
        while (task := self.lander.start(run_id)) is not None:
            landing = self.lander.land(task)
            if landing.error is not None:
                self.lander.fail(landing)
                if not isinstance(landing.error, ObjectChanged | DriftedFile):
                    raise landing.error
        if process:
            self.process(run_id, **how)
        self.driver.execute("SELECT * FROM etl.finish_run(%s)", [run_id])

    def start(self, options: Options) -> int:
        """Open a run and plan it."""
        row = self.driver.execute(
            "SELECT etl.start_run('shop', %s) AS id", [Jsonb(options.document())]
        ).fetchone()
        run_id: int = row["id"] if row else 0
        self.driver.execute("SELECT etl.plan_run(%s)", [run_id])
        return run_id

    def process(self, run_id: int, workers: int = 1, cancel_after: int | None = None) -> None:
        """Process with several sessions at once, or first with one that is cut off after ms."""
        call = sql.SQL("CALL etl.process_batch({})").format(run_id)
        if cancel_after is not None:
            with self.connect() as connection, suppress(psycopg.errors.QueryCanceled):
                pid = connection.info.backend_pid
                connection.execute(f"SET statement_timeout = {cancel_after}")
                connection.execute(call)
            self._wait_for_the_end_of(pid)
        others = [threading.Thread(target=self._work, args=[call]) for _ in range(workers - 1)]
        for thread in others:
            thread.start()
        self.driver.execute(call)
        for thread in others:
            thread.join()

    def _work(self, call: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(call)

    @contextmanager
    def landing(self) -> Iterator[None]:
        """A worker is processing a file; at the end its connection is lost."""
        self.look()
        run_id = self.start(Options())
        with self.connect() as connection:
            pid = connection.info.backend_pid
            task = self._lander(connection).start(run_id)
            if task is not None:
                connection.execute("BEGIN")
                connection.execute("SELECT etl.claim_landing(%s)", [task.file_attempt_id])
            yield
        self._wait_for_the_end_of(pid)

    def die_while_landing(self) -> None:
        """Let a worker claim a file, then lose its connection."""
        with self.landing():
            pass

    def _wait_for_the_end_of(self, pid: int) -> None:
        """Until the server notices the loss, the work looks as if it continues."""
        while self.admin.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
            time.sleep(0.002)

    def decide(self, procedure: str, origin: Origin, *reason: str) -> None:
        """Call a procedure on the file of an object version, as the owner does."""
        row = self.admin.execute(
            f"SELECT load_run_file_id FROM etl.load_run_files WHERE s3_key = %s AND {VERSION} = %s",
            origin,
        ).fetchone()
        if row is None:
            raise AssertionError(f"{origin} is not a file")
        arguments = sql.SQL(", ").join(sql.Literal(value) for value in (row[0], *reason))
        self.admin.execute(
            sql.SQL("CALL {}({})").format(sql.Identifier("etl", procedure), arguments)
        )

    def purge(self, before: datetime, extract: str) -> None:
        """Move the horizon of an extract, as the owner does."""
        self.admin.execute(
            sql.SQL("CALL etl.purge_raw({}, {})").format(sql.Literal(before), sql.Literal(extract))
        )

    def verify(self) -> list[tuple[str, str, str]]:
        """What etl.verify finds in all extracts: the check, and the object version."""
        found = self.admin.execute(
            f"SELECT v.check_name, f.s3_key, {VERSION} FROM etl.extracts AS e"
            " CROSS JOIN LATERAL etl.verify(e.extract) AS v"
            " LEFT JOIN etl.load_run_files AS f USING (load_run_file_id)"
        )
        return [(check, key, version) for check, key, version in found]

    def learn(self, domain: str, value: str) -> None:
        """Add a value to a domain, as an operator does."""
        self.admin.execute(
            "INSERT INTO etl.domain_values (source, domain, source_value, core_value)"
            " VALUES ('shop', %s, %s, %s) ON CONFLICT DO NOTHING",
            [domain, value, value],
        )

    def swap(self, extract: str, one: str, other: str) -> None:
        """Let files landed from now on have two columns in each other's place, and back again."""
        self.admin.execute(
            "UPDATE etl.shapes SET columns = (SELECT array_agg("
            " CASE c WHEN %(one)s THEN %(other)s WHEN %(other)s THEN %(one)s ELSE c END ORDER BY o)"
            " FROM unnest(columns) WITH ORDINALITY AS u (c, o)) WHERE extract = %(extract)s",
            {"extract": extract, "one": one, "other": other},
        )
        if self.swapped.pop(extract, None) is None:
            self.swapped[extract] = one, other

    def files(self) -> dict[Origin, dict[str, Any]]:
        """What etl.load_run_files says of each object version."""
        with self.admin.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                f"SELECT *, {VERSION} AS version, rows_ingested + rows_unchanged AS rows_good"
                " FROM etl.load_run_files"
            )
            return {(row["s3_key"], row["version"]): row for row in cursor}

    def rejects(self) -> dict[Origin, set[tuple[int, str]]]:
        """Open rejects of each object version: line and stage."""
        found: dict[Origin, set[tuple[int, str]]] = {}
        for key, version, line, stage in self.admin.execute(
            f"SELECT s3_key, {VERSION}, line_no, stage FROM etl.rejects"
            " JOIN etl.load_run_files USING (load_run_file_id) WHERE resolved_by_run IS NULL"
        ):
            found.setdefault((key, version), set()).add((line, stage))
        return found

    def stg(self, rules: Rules) -> Table:
        """Read stg as the model has it."""
        names = [one.name for one in rules.columns]
        return self._table(f"stg.{rules.extract}", names, ["absent_since"], rules, rules.key)

    def core(self, rules: Rules) -> Table:
        """Read core as the model has it."""
        columns = [one.name for one in rules.published("history", "latest", None)]
        extra = [rules.own_key] if rules.own_key else []
        extra += [rules.refers[0]] if rules.refers else []
        names = sorted([*rules.key, *columns, *extra])
        if rules.kind == "fact":
            return self._table(
                f"core.fact_{rules.extract}", names, ["deleted_at"], rules, rules.key
            )
        times = ["effective_from", "effective_to"]
        key = (*rules.key, "effective_from")
        return self._table(f"core.dim_{rules.extract}", names, times, rules, key)

    def _table(
        self, table: str, names: list[str], times: list[str], rules: Rules, key: tuple[str, ...]
    ) -> Table:
        found: Table = {}
        with self.admin.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                f"SELECT d.*, f.s3_key, {VERSION} AS version FROM {table} AS d"
                " LEFT JOIN etl.load_run_files AS f USING (load_run_file_id)"
            )
            for row in cursor:
                identity = tuple(row[name] for name in key)
                if identity in found:
                    raise AssertionError(f"{table} has {identity} twice")
                found[identity] = Row(
                    tuple((name, row[name]) for name in names),
                    tuple(row[name] for name in times),
                    row["date_extracted"],
                    (row["s3_key"], row["version"]),
                )
        return found


@contextmanager
def shop_warehouse(cluster: Cluster, folder: Path) -> Iterator[Warehouse]:
    """Yield a database with the contracts of the shop, in migrations written for it."""
    shutil.copytree(CONTRACTS / "shop", folder / "contracts" / "shop")
    apply_sql, rollback_sql = migration_texts(changes({}, desired_objects(folder / "contracts")))
    migrations = folder / "migrations"
    (migrations / "0001_shop").mkdir(parents=True)
    (migrations / "0001_shop" / "apply.sql").write_text(apply_sql)
    (migrations / "0001_shop" / "rollback.sql").write_text(rollback_sql)
    (migrations / "0001_shop.py").write_text(migrate.migration_file("0001_shop", None))
    with cluster.clone("template0") as database:
        migrate.apply(database.admin_url, migrations)
        cluster.grant_members(database)
        warehouse = Warehouse(database)
        try:
            yield warehouse
        finally:
            warehouse.close()
