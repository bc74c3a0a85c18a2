"""The cases of the bench: one server, one run, own tables for each contestant."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from codegen.contract.model import Extract, Feed
from codegen.migration import migrate
from rawcore.demo.names import delta_span, full_span, known_tenants
from rawcore.local import embedded
from rawcore.local.server import Server
from tests.bench.data import FIRST, Maker, Rows
from tests.bench.driver import Ran, ingest
from tests.bench.floor import Floor, copy_file, make_text_table

_ENCODING = "utf-16le"  # as delivered in production
_DELTAS = 2
_PREFIXES = ("check_", "stage_", "merge_", "rebuild_", "close_")


@dataclass(frozen=True)
class Load:
    """One file loaded by all three contestants, in seconds; `phases` are those of rawcore."""

    title: str
    rows: int
    megabytes: float
    target: float
    bare: float
    floor: dict[str, float]
    rawcore: Ran
    phases: dict[str, float]

    @property
    def floor_seconds(self) -> float:
        """Total seconds of the floor."""
        return sum(self.floor.values())

    @property
    def ratio(self) -> float:
        """Total time of rawcore, with the start of Python, divided by that of the floor."""
        return self.rawcore.seconds / self.floor_seconds


def fastest(loads: Iterable[Load]) -> list[Load]:
    """Return one load for each title, with the fastest time of each contestant."""
    groups: dict[str, list[Load]] = {}
    for load in loads:
        groups.setdefault(load.title, []).append(load)
    return [_fastest_of(group) for group in groups.values()]


def _fastest_of(loads: list[Load]) -> Load:
    ours = min(loads, key=lambda load: load.rawcore.seconds)
    floor = min(loads, key=lambda load: load.floor_seconds).floor
    return replace(ours, floor=floor, bare=min(load.bare for load in loads))


@dataclass(frozen=True)
class Files:
    """Many small files."""

    files: int
    rows: int
    rawcore: Ran
    phases: dict[str, float]

    @property
    def rate(self) -> float:
        """Files a second."""
        return self.files / self.rawcore.seconds


@dataclass
class Contest:
    """A migrated database on the bench's server, and the folder the driver reads."""

    server: Server
    feed: Feed
    folder: Path
    jobs: int = 2
    _databases: int = field(default=0)

    @contextmanager
    def database(self) -> Iterator[tuple[psycopg.Connection[Any], str]]:
        """Yield the owner's connection and the driver's URL of a fresh migrated database."""
        self._databases += 1
        name = f"bench_{self._databases}"
        embedded.make_logins(self.server, (embedded.OWNER, embedded.DRIVER), name)
        owner, driver = (
            self.server.url(login, (self.server.directory / login).read_text().strip(), name)
            for login in (embedded.OWNER, embedded.DRIVER)
        )
        migrate.apply(owner, report=lambda _: None)
        with psycopg.connect(owner, autocommit=True) as connection:
            embedded.grant_role(connection, "etl_writer", embedded.DRIVER)
            connection.execute("CALL etl.set_pseudonym_key(%s)", [secrets.token_hex(32)])
            yield connection, driver
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def loads(self, extract: Extract, rows: int) -> Iterator[Load]:
        """Yield a first load of so many rows, the same file again, and deltas of 5 %."""
        maker = Maker(self.feed, extract, known_tenants(self.feed.source, 1)[0])
        changed, new = rows * 5 * 2 // 300, rows * 5 // 300
        step = rows // changed
        initial = [Rows(range(1, rows + 1))]
        deltas = [
            [
                Rows(range(number, step * changed, step), version=number),
                Rows(range(rows + (number - 1) * new + 1, rows + number * new + 1)),
            ]
            for number in range(1, _DELTAS + 1)
        ]
        with self.database() as (connection, url):
            floor = Floor(connection, self.feed, extract)
            cases = [
                ("initial load", initial, 1.4),
                ("the same again", initial, 0.5),
                *(("delta of 5 %", delta, 1.3) for delta in deltas),
            ]
            for number, (title, parts, target) in enumerate(cases):
                extracted = FIRST + timedelta(days=7 * number)
                source = self.feed.source
                span = delta_span(extracted) if number else full_span(source, extracted)
                delivered = self.folder / extract.extract / maker.name(span)
                copied = self.folder / "copy.txt"
                maker.write(parts, delivered, copied, _ENCODING)
                size = delivered.stat().st_size / 1e6
                count = sum(len(part) for part in parts)
                bare = self._bare(connection, extract, copied)
                self.settle()
                by_hand = floor.load(copied, extracted)
                self.settle()
                ran, phases = self.rawcore(connection, url, delivered.parent)
                yield Load(title, count, size, target, bare, by_hand, ran, phases)
                self.settle()
                copied.unlink()
        shutil.rmtree(self.folder / extract.extract)

    def files(self, count: int, rows: int) -> Files:
        """Load many small files, spread over all extracts."""
        tenant = known_tenants(self.feed.source, 1)[0]
        extracts = [e for e in self.feed.load_order() if e.natural_key]
        folder = self.folder / "files"
        makers = [Maker(self.feed, extract, tenant) for extract in extracts]
        for number in range(count):
            batch, place = divmod(number, len(makers))
            extracted = FIRST + timedelta(days=batch)
            name = makers[place].name(delta_span(extracted, days=1))
            keys = range(batch * rows // 2, batch * rows // 2 + rows)
            copied = self.folder / "copy.txt"
            makers[place].write([Rows(keys, batch)], folder / name, copied, _ENCODING)
        with self.database() as (connection, url):
            self.settle()
            ran, phases = self.rawcore(connection, url, folder)
        return Files(count, count * rows, ran, phases)

    def _bare(self, connection: psycopg.Connection[Any], extract: Extract, path: Path) -> float:
        make_text_table(connection, "public.bare", extract)
        self.settle()
        began = time.monotonic()
        copy_file(connection, "public.bare", path)
        seconds = time.monotonic() - began
        connection.execute("DROP TABLE public.bare")
        return seconds

    def rawcore(
        self, connection: psycopg.Connection[Any], url: str, folder: Path
    ) -> tuple[Ran, dict[str, float]]:
        """Load what is new in a folder; return the run and the seconds of its phases."""
        before = self._routines(connection)
        (last,) = connection.execute(
            "SELECT max(file_attempt_id) FROM etl.file_attempts"
        ).fetchone() or (0,)
        ran = ingest(url, folder, self.jobs)
        rows = connection.execute(
            "SELECT action, sum(EXTRACT(epoch FROM finished_at - started_at))::float"
            " FROM etl.file_attempts WHERE file_attempt_id > %s GROUP BY action ORDER BY action",
            [last or 0],
        ).fetchall()
        phases = dict(rows)
        after = self._routines(connection)
        for name in sorted(after):
            seconds = after[name] - before.get(name, 0.0)
            if seconds >= 0.005:
                phases[name] = phases.get(name, 0.0) + seconds
        (counts,) = connection.execute(
            "SELECT count(*) FILTER (WHERE status <> 'processed') FROM etl.load_run_files"
        ).fetchone() or (0,)
        if counts:
            raise RuntimeError(f"{counts} file(s) of the bench are not processed")
        return ran, phases

    @staticmethod
    def _routines(connection: psycopg.Connection[Any]) -> dict[str, float]:
        """Seconds in each phase, as the server counts them (track_functions)."""
        time.sleep(0.2)  # sessions hand in their counts when they end
        connection.execute("SELECT pg_stat_clear_snapshot()")
        found: dict[str, float] = {}
        rows = connection.execute(
            "SELECT funcname, total_time / 1000 FROM pg_stat_user_functions"
            " WHERE schemaname = 'etl'"
        )
        for name, seconds in rows:
            phase = next((p.rstrip("_") for p in _PREFIXES if name.startswith(p)), None)
            if phase or name.startswith(("analyze_", "supersede_", "clear_", "finish_proc")):
                found[phase or name] = found.get(phase or name, 0.0) + seconds
        return found

    def settle(self) -> None:
        """Write everything to disk, so that no contestant pays for the one before it."""
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        os.sync()
