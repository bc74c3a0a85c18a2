"""The command behind `make bench`: figures, ratios, and whether each target is met.

make bench                        # 300,000 and 100,000 rows, a quarter of an hour
make bench ARGS=--quick           # a tenth of them
make bench ARGS="--profile out"   # plans of slow statements to a file; times are worse then
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from codegen.contract.loading import load_feed, source_folders
from rawcore.local.server import Server
from rawcore.local.wheels import wheel_bin
from tests.bench.contest import Contest, Files, Load, fastest
from tests.bench.driver import ROOT
from tests.bench.large import Large, large_object
from tests.bench.late import Late, late_rows
from tests.bench.store import Objects, many_objects

_SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB", "track_functions": "pl"}
_PROFILE = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "100ms",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_wal": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_parameter_max_length": "0",
}
_BIG = {"appointments": 300_000, "patients": 100_000}
_FILES, _FILE_ROWS, _FILES_A_SECOND = 500, 100, 20.0
_LATE, _LATE_VERSIONS, _LATE_ROWS, _LATE_RATIO = "medicine", 1_000_000, 10_000, 5.0
_OBJECTS, _OBJECTS_SECONDS = 20_000, 30.0
_LARGE, _LARGE_RATE = "appointments", 0.8
_MEMORY = 150_000_000


@contextmanager
def _server(version: int, settings: dict[str, str]) -> Iterator[tuple[Server, Path]]:
    """Run a server in a folder of its own; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="rawcore-bench-"))
    folder.chmod(0o711)
    server = Server(folder / "postgres", wheel_bin(version), settings)
    try:
        server.start()
        yield server, folder
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)


class Report:
    """Prints each result as soon as it is measured, and counts missed targets."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.missed = 0

    def loads(self, title: str, loads: list[Load]) -> None:
        """Print the three cases of an extract."""
        columns = ("", "rows", "MB", "bare COPY", "floor", "rawcore", "ratio", "target", "")
        table = Table(title=title, title_justify="left")
        for name in columns:
            table.add_column(name, justify="left" if name == "" else "right", no_wrap=True)
        for load in loads:
            table.add_row(
                load.title,
                f"{load.rows:,}",
                f"{load.megabytes:,.0f}",
                f"{load.bare:.2f} s",
                f"{load.floor_seconds:.2f} s",
                f"{load.rawcore.seconds:.2f} s",
                f"{load.ratio:.2f}",
                f"≤ {load.target:.1f}",
                self._verdict(load.ratio <= load.target),
            )
        self._console.print(table)
        for load in loads:
            self._console.print(f"  {load.title}: floor {_times(load.floor)}")
            self._console.print(f"  {' ' * len(load.title)}  rawcore {_times(load.phases)}")

    def files(self, found: Files) -> None:
        """Print the case of many small files."""
        met = self._verdict(found.rate >= _FILES_A_SECOND)
        self._console.print(
            f"{found.files} files, {found.rows:,} rows, 2 workers: {found.rawcore.seconds:.1f} s,"
            f" {found.rate:.1f} files/s (target ≥ {_FILES_A_SECOND:.0f}) {met}"
        )
        self._console.print(f"  rawcore {_times(found.phases)} (seconds of both workers)")

    def late(self, found: Late) -> None:
        """Print the case of late rows in a big dimension."""
        met = self._verdict(found.ratio <= _LATE_RATIO)
        self._console.print(
            f"{found.rows:,} late rows into {found.versions:,} versions of {_LATE}: processed in"
            f" {found.late['process']:.2f} s, in order {found.in_order['process']:.2f} s,"
            f" ratio {found.ratio:.1f} (target ≤ {_LATE_RATIO:.0f}) {met}"
        )
        self._console.print(f"  in order {_times(found.in_order)}")
        self._console.print(f"  late     {_times(found.late)}")
        self._console.print(f"  without an index on the keys of raw: {_times(found.no_index)}")

    def objects(self, found: Objects) -> None:
        """Print the case of many objects to list."""
        met = self._verdict(found.first.seconds < _OBJECTS_SECONDS)
        self._console.print(
            f"{found.objects:,} objects in S3 listed, registered and planned:"
            f" {found.first.seconds:.1f} s (target < {_OBJECTS_SECONDS:.0f} s) {met};"
            f" again, without news: {found.again.seconds:.1f} s"
        )

    def large(self, found: Large) -> None:
        """Print the case of a large object."""
        self._console.print(
            f"One object of {found.megabytes:,.0f} MB ({found.decoded_megabytes:,.0f} MB decoded,"
            f" {found.rows:,} rows): psql \\copy of the decoded rows into a table like the one in"
            f" raw {found.copied:.1f} s, into a text table without keys {found.bare:.1f} s."
        )
        for source, landed in (("S3", found.from_s3), ("a folder", found.from_folder)):
            rate = found.copied / landed.seconds
            met = self._verdict(rate >= _LARGE_RATE)
            self._console.print(
                f"  landed from {source} in {landed.seconds:.1f} s: {rate:.2f} of psql's rate into"
                f" such a table (target ≥ {_LARGE_RATE:.1f}) {met}"
            )

    def memory(self, peaks: list[int]) -> None:
        """Print the greatest memory of the driver in all cases."""
        met = self._verdict(max(peaks) < _MEMORY)
        self._console.print(f"Driver's peak memory: {max(peaks) / 1e6:.0f} MB (< 150 MB) {met}")

    def _verdict(self, met: bool) -> str:
        self.missed += not met
        return "met" if met else "MISSED"


def _times(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in seconds.items())


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="A tenth of the rows: to try things, not to judge.")
@click.option(
    "--only",
    multiple=True,
    help="appointments, patients, files, late, objects or large; repeatable.",
)
@click.option(
    "--megabytes", default=1_000, show_default=True, help="Size of the large object in S3."
)
@click.option(
    "--repeat",
    default=3,
    show_default=True,
    help="Runs of the loads and of the large object, each in a new database; the fastest counts."
    " --quick, --profile: one.",
)
@click.option("--jobs", default=2, show_default=True, help="Workers of the driver.")
@click.option("--pg", default=18, show_default=True, help="Version of PostgreSQL: 16, 17 or 18.")
@click.option(
    "--profile",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the plans of statements over 0.1 s here; times are worse then.",
)
def main(
    quick: bool,
    only: tuple[str, ...],
    megabytes: int,
    repeat: int,
    jobs: int,
    pg: int,
    profile: Path | None,
) -> None:
    """Compare rawcore with bare COPY and a hand-written loader, in one run on one server."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    (folder,) = source_folders(ROOT / "contracts")
    feed = load_feed(folder)
    report = Report(console)
    peaks: list[int] = []
    share = 10 if quick else 1
    turns = 1 if quick or profile else repeat
    settings = _SETTINGS | (_PROFILE if profile else {})
    shown = ", ".join(f"{name} = {value}" for name, value in _SETTINGS.items())
    console.print(f"PostgreSQL {pg}, fsync on, {shown}. Seconds; files are UTF-16LE in a folder.")
    console.print(
        "bare COPY: decoded rows into a text table. floor: COPY into a text table, cast into a"
        " typed table with its unique key (upsert), upsert into a core table with the columns,"
        " indexes and keys of rawcore's; no checks, no lineage, no hash. rawcore: python ingest.py"
        " from start to end, which decodes, lands, checks, stages and merges."
        " A machine that others share is fast one minute and slow the next: the floor and rawcore,"
        " psql and the driver take turns, and of each the fastest of several runs counts."
    )
    with _server(pg, settings) as (server, work):
        contest = Contest(server, feed, work, jobs)
        for name, rows in _BIG.items():
            if only and name not in only:
                continue
            loads = []
            for _ in range(turns):
                for load in contest.loads(feed.extract(name), rows // share):
                    loads.append(load)
                    peaks.append(load.rawcore.peak_bytes)
            columns = len(feed.extract(name).columns)
            report.loads(f"{name}, {columns} columns", fastest(loads))
        if not only or "files" in only:
            found = contest.files(_FILES // share, _FILE_ROWS)
            peaks.append(found.rawcore.peak_bytes)
            report.files(found)
        if not only or "late" in only:
            extract = feed.extract(_LATE)
            report.late(late_rows(contest, extract, _LATE_VERSIONS // share, _LATE_ROWS // share))
        if not only or "objects" in only:
            listed = many_objects(contest, _OBJECTS // share)
            peaks += [listed.first.peak_bytes, listed.again.peak_bytes]
            report.objects(listed)
        if not only or "large" in only:
            large = large_object(contest, feed.extract(_LARGE), megabytes // share, turns)
            peaks += [landed.ran.peak_bytes for landed in (large.from_s3, large.from_folder)]
            report.large(large)
        if peaks:
            report.memory(peaks)
        if profile:
            shutil.copy(server.log, profile)
            console.print(f"Plans: {profile}")
    console.print(
        f"Load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        " (near 1 or 2: it is the bench's own)."
    )
    console.print("All targets are met." if not report.missed else f"{report.missed} missed.")


if __name__ == "__main__":
    main()
