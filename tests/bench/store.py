"""What comes through S3: very many objects to list and plan, and one very large one to land."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import psycopg

from codegen.model import Extract, Feed
from rawcore.demo.names import delta_span, file_name, known_tenants
from rawcore.weed import Weed, running
from rawcore.wheels import wheel_bin
from tests.bench.contest import Contest
from tests.bench.data import FIRST, Maker, Rows
from tests.bench.driver import Ran, drive
from tests.bench.floor import make_text_table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BUCKET = "bench"
_THREADS = 16
_ENCODING = "utf-16le"  # as delivered in production
_SAMPLE_ROWS = 5_000


@dataclass(frozen=True)
class Objects:
    """Listing, registering and planning so many objects: all new, and again without news."""

    objects: int
    first: Ran
    again: Ran


@dataclass(frozen=True)
class Large:
    """One object landed from S3, and the same rows by psql's copy. Seconds of landing alone.

    `bare` is psql's copy into a text table without keys, `copied` into one like the table in raw.
    """

    megabytes: float
    decoded_megabytes: float
    rows: int
    bare: float
    copied: float
    landed: float
    rawcore: Ran

    @property
    def ratio(self) -> float:
        """The rate of rawcore over that of psql, both into the same kind of table."""
        return self.copied / self.landed


@contextmanager
def _bucket(contest: Contest) -> Iterator[tuple[Weed, S3Client, dict[str, str]]]:
    """Run an S3 server with one bucket; yield it, a client, and the settings of the driver."""
    with running(contest.folder / "weed") as weed:
        weed.make_bucket(_BUCKET)
        yield weed, weed.client(), weed.environment | {"S3_BUCKET_NAME": _BUCKET}


def _names(feed: Feed) -> Iterator[str]:
    """Yield the names of whole deliveries, night after night."""
    night = FIRST
    while True:
        for tenant in known_tenants(feed.source, 2):
            for extract in feed.load_order():
                yield file_name(feed.source, extract, tenant, delta_span(night, days=1), turn=0)
        night += timedelta(days=1)


def many_objects(contest: Contest, count: int) -> Objects:
    """Plan a run over so many new objects, and once more."""
    with _bucket(contest) as (_, client, store), contest.database() as (_, url):

        def put(name: str) -> None:
            client.put_object(Bucket=_BUCKET, Key=f"in/{name}", Body=name.encode())

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(put, islice(_names(contest.feed), count)))
        contest.settle()
        first = drive(url, store, contest.jobs, "plan", "--json")
        again = drive(url, store, contest.jobs, "plan", "--json")
    planned = [json.loads(ran.output) for ran in (first, again)]
    if [(len(one["plan"]), one["listing"]["new_objects"]) for one in planned] != [
        (count, count),
        (count, 0),
    ]:
        raise RuntimeError("the plan of the bench does not hold every object")
    return Objects(count, first, again)


def large_object(contest: Contest, extract: Extract, megabytes: int) -> Large:
    """Land one object of so many megabytes; copy the same rows by psql first."""
    maker = Maker(contest.feed, extract, known_tenants(contest.feed.source, 1)[0])
    delivered, copied = contest.folder / "large", contest.folder / "large.txt"
    maker.write([Rows(range(_SAMPLE_ROWS))], delivered, copied, _ENCODING)
    rows = megabytes * 1_000_000 * _SAMPLE_ROWS // delivered.stat().st_size
    maker.write([Rows(range(1, rows + 1))], delivered, copied, _ENCODING)
    sizes = [path.stat().st_size / 1e6 for path in (delivered, copied)]
    with _bucket(contest) as (_, client, store), contest.database() as (connection, url):
        client.upload_file(str(delivered), _BUCKET, maker.name(delta_span(FIRST)))
        delivered.unlink()
        make_text_table(connection, "public.bare", extract)
        connection.execute(
            f"CREATE TABLE public.like_raw (LIKE raw.{extract.extract}_raw INCLUDING ALL)"
        )
        seconds = []
        for table in ("public.bare", "public.like_raw"):
            contest.settle()
            seconds.append(_psql_copy(connection, table, extract, copied))
            connection.execute(f"DROP TABLE {table}")
        copied.unlink()
        contest.settle()

        def landed() -> list[tuple[float, int]]:
            return connection.execute(
                "SELECT EXTRACT(epoch FROM finished_at - started_at)::float, rows_read"
                " FROM etl.file_attempts WHERE action = 'land' AND outcome = 'succeeded'"
            ).fetchall()

        ran = drive(url, store, contest.jobs, "run", until=lambda: bool(landed()))
        ((landing, read),) = landed()
    if read != rows:
        raise RuntimeError(f"{read} of {rows} rows of the bench are landed")
    bare, like_raw = seconds
    return Large(sizes[0], sizes[1], rows, bare, like_raw, landing, ran)


def _psql_copy(
    connection: psycopg.Connection[Any], table: str, extract: Extract, path: os.PathLike[str]
) -> float:
    """Copy a file of text rows by psql; return the seconds from its start to its end."""
    info, columns = connection.info, ", ".join(f'"{name}"' for name in extract.column_names)
    statements = (
        "CREATE TEMP SEQUENCE line_no",
        "SET rawcore.load_run_file_id = 1",
        "SET rawcore.line_seq = 'pg_temp.line_no'",
        f"\\copy {table} ({columns}) FROM '{os.fspath(path)}' (FORMAT text, NULL '')",
    )
    command = [str(wheel_bin(18) / "psql"), info.dsn, "-qX", "-v", "ON_ERROR_STOP=1"]
    command += [word for statement in statements for word in ("-c", statement)]
    began = time.monotonic()
    subprocess.run(command, env=os.environ | {"PGPASSWORD": info.password}, check=True)
    return time.monotonic() - began
