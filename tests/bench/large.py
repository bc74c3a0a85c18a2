"""One very large object: landed from S3 and from a folder, compared with psql's copy."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from codegen.contract.model import Extract
from rawcore.demo.names import delta_span, known_tenants
from rawcore.local.wheels import wheel_bin
from tests.bench.contest import Contest
from tests.bench.data import FIRST, Maker, Rows
from tests.bench.driver import Ran, drive
from tests.bench.floor import make_text_table
from tests.bench.store import BUCKET, bucket

_ENCODING = "utf-16le"  # as delivered in production
_SAMPLE_ROWS = 5_000


@dataclass(frozen=True)
class Landed:
    """Seconds of landing alone, and the run of the driver, which is stopped after it."""

    seconds: float
    ran: Ran


@dataclass(frozen=True)
class Large:
    """Megabytes (10^6 bytes) as delivered and decoded, rows, and seconds.

    `bare` is psql's copy into a text table without keys, `copied` into one like the table in raw.
    """

    megabytes: float
    decoded_megabytes: float
    rows: int
    bare: float
    copied: float
    from_folder: Landed
    from_s3: Landed


def large_object(contest: Contest, extract: Extract, megabytes: int, repeat: int) -> Large:
    """Copy the rows of one file of so many megabytes by psql; land it from a folder and from S3.

    They take turns; of each the fastest counts.
    """
    maker = Maker(contest.feed, extract, known_tenants(contest.feed.source, 1)[0])
    folder, decoded = contest.folder / "large", contest.folder / "large.txt"
    folder.mkdir()
    delivered = folder / maker.name(delta_span(FIRST))
    maker.write([Rows(range(_SAMPLE_ROWS))], delivered, decoded, _ENCODING)
    rows = megabytes * 1_000_000 * _SAMPLE_ROWS // delivered.stat().st_size
    maker.write([Rows(range(1, rows + 1))], delivered, decoded, _ENCODING)
    copied: list[tuple[float, float]] = []
    from_folder: list[Landed] = []
    from_s3: list[Landed] = []
    with bucket(contest) as (_, client, store):
        # Parts without a type are gzipped by SeaweedFS; unpacking them would weigh on the landing.
        client.meta.events.register("before-call.s3.UploadPart", _say_type)
        client.upload_file(str(delivered), BUCKET, delivered.name)
        for _ in range(repeat):
            copied.append(_psql(contest, extract, decoded))
            from_folder.append(_land(contest, {"S3_BUCKET_NAME": f"file://{folder}"}, rows))
            from_s3.append(_land(contest, store, rows))
    size, decoded_size = (path.stat().st_size / 1e6 for path in (delivered, decoded))
    bare, like_raw = (min(seconds) for seconds in zip(*copied, strict=True))
    return Large(size, decoded_size, rows, bare, like_raw, _best(from_folder), _best(from_s3))


def _best(landings: Sequence[Landed]) -> Landed:
    """Return the fastest, with the greatest memory of all."""
    peak = max(landed.ran.peak_bytes for landed in landings)
    fastest = min(landings, key=lambda landed: landed.seconds)
    return replace(fastest, ran=replace(fastest.ran, peak_bytes=peak))


def _say_type(params: dict[str, Any], **_: Any) -> None:
    params["headers"]["Content-Type"] = "application/octet-stream"


def _land(contest: Contest, store: Mapping[str, str], rows: int) -> Landed:
    """Land the only file of a store in a fresh database."""
    with contest.database() as (connection, url):
        contest.settle()

        def landed() -> list[tuple[float, int]]:
            return connection.execute(
                "SELECT EXTRACT(epoch FROM finished_at - started_at)::float, rows_read"
                " FROM etl.file_attempts WHERE action = 'land' AND outcome = 'succeeded'"
            ).fetchall()

        ran = drive(url, store, contest.jobs, "run", until=lambda: bool(landed()))
        ((seconds, read),) = landed()
    if read != rows:
        raise RuntimeError(f"{read} of {rows} rows of the bench are landed")
    return Landed(seconds, ran)


def _psql(contest: Contest, extract: Extract, decoded: Path) -> tuple[float, float]:
    """Return the seconds of psql's copy into a bare text table and into one like that in raw."""
    with contest.database() as (connection, _):
        make_text_table(connection, "public.bare", extract)
        connection.execute(
            f"CREATE TABLE public.like_raw (LIKE raw.{extract.extract}_raw INCLUDING ALL)"
        )
        contest.settle()
        bare = _copy(connection, "public.bare", extract, decoded)
        contest.settle()
        return bare, _copy(connection, "public.like_raw", extract, decoded)


def _copy(
    connection: psycopg.Connection[Any], table: str, extract: Extract, decoded: Path
) -> float:
    """Copy a file of text rows by psql; return the seconds from its start to its end."""
    info, columns = connection.info, ", ".join(f'"{name}"' for name in extract.column_names)
    statements = (
        "CREATE TEMP SEQUENCE line_no",
        "SET rawcore.load_run_file_id = 1",
        "SET rawcore.line_seq = 'pg_temp.line_no'",
        f"\\copy {table} ({columns}) FROM '{decoded}' (FORMAT text, NULL '')",
    )
    command = [str(wheel_bin(18) / "psql"), info.dsn, "-qX", "-v", "ON_ERROR_STOP=1"]
    command += [word for statement in statements for word in ("-c", statement)]
    began = time.monotonic()
    subprocess.run(command, env=os.environ | {"PGPASSWORD": info.password}, check=True)
    return time.monotonic() - began
