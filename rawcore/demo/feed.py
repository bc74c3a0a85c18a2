"""The feed generator: files as a source would deliver them, generated from its contracts alone.

`python -m rawcore.demo.feed --help`. The same seed and sizes give the same bytes.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from codegen.contract.errors import ContractErrors
from codegen.contract.loading import load_feed, source_folders
from codegen.contract.model import Extract, Feed
from rawcore.demo.columns import Calendar, Pools
from rawcore.demo.dirt import dirty, text_of
from rawcore.demo.names import (
    Span,
    Tenant,
    delta_span,
    file_name,
    full_span,
    known_tenants,
    unknown_tenant,
)
from rawcore.demo.sizes import DEFAULT_ROWS, Special, sizes, special
from rawcore.demo.tables import FeedRow, FeedTable

FIRST = datetime(2025, 9, 7, 12, 5)  # noqa: DTZ001 - local time of the source, a Sunday
_LATE_BATCH, _LATE_ARRIVES = 2, 4
_CORRECTED_BATCH, _CORRECTION_ARRIVES = 2, 3
_STRANGERS = 20
_STRAYS = ("read me first.txt", "export.log")


@dataclass(frozen=True)
class Delivery:
    """One object: the batch it arrives with, its key and its bytes.

    `rows` counts its rows without the header; `note` states what is special about it.
    """

    batch: int
    key: str
    body: bytes
    rows: int = 0
    note: str = ""


@dataclass(frozen=True)
class FeedOptions:
    """Options of a feed; the defaults are those of the demo."""

    seed: int = 1
    rows: int = DEFAULT_ROWS
    batches: int = 4
    tenants: int = 2
    first: datetime = FIRST
    encoding: str | None = None
    dirt: bool = True
    specials: bool = True


def deliveries(feed: Feed, seed: int = 1, options: FeedOptions | None = None) -> Iterator[Delivery]:
    """Yield the objects of a feed, batch by batch, in the order in which they arrive.

    `rows` of the options is the approximate total; each file has at least one row.
    """
    yield from _Maker(feed, replace(options or FeedOptions(), seed=seed)).deliveries()


class _Maker:
    """Generates one feed; holds the state of every table."""

    def __init__(self, feed: Feed, options: FeedOptions) -> None:
        self._feed, self._options = feed, options
        calendar = Calendar(ZoneInfo(feed.source.timezone), options.first)
        self._pools = Pools(feed, calendar, options.seed)
        self._tenants = known_tenants(feed.source, options.tenants)
        self._sizes = sizes(feed, options.rows)
        self._special: Special | None = special(feed) if options.specials else None
        self._turn = 0
        self._waiting: dict[int, list[Delivery]] = defaultdict(list)
        encoding = options.encoding or feed.source.dialect.encoding
        self._encoding = "utf-16le" if encoding == "auto" else encoding

    def deliveries(self) -> Iterator[Delivery]:
        """Yield everything, batch by batch."""
        states = [self._state(tenant, place) for place, tenant in enumerate(self._tenants)]
        for batch in range(1, self._options.batches + 1):
            extracted = self._options.first + timedelta(days=7 * (batch - 1))
            for place, state in enumerate(states):
                for extract in self._feed.load_order():
                    table = state[extract.extract]
                    if batch == 1:
                        yield self._first(table, extracted)
                    delta = self._delta(table, batch, extracted, place)
                    if delta is not None:
                        yield delta
            if self._special is not None:
                yield from self._strays(batch, extracted)
            yield from self._waiting.pop(batch, [])

    def _state(self, tenant: Tenant, place: int, most: int | None = None) -> dict[str, FeedTable]:
        """Return empty tables of one tenant; the first tenant has most of the rows."""
        count = len(self._tenants)
        share = 1.0 if count == 1 else (0.6 if place == 0 else 0.4 / (count - 1))
        tables: dict[str, FeedTable] = {}
        for extract in self._feed.load_order():
            planned = min(most or sys.maxsize, max(1, round(self._sizes[extract.extract] * share)))
            tables[extract.extract] = FeedTable(self._pools, extract, tenant, planned, tables)
        return tables

    def _first(self, table: FeedTable, extracted: datetime) -> Delivery:
        span = full_span(self._feed.source, extracted)
        rows = table.first_rows(table.planned, extracted)
        return self._file(table, 1, span, rows, "full")

    def _delta(
        self, table: FeedTable, batch: int, extracted: datetime, place: int
    ) -> Delivery | None:
        """Return the delta of a batch, or None if it arrives later."""
        rows = table.delta_rows(f"batch {batch}", extracted)
        last_tenant = place == len(self._tenants) - 1
        folder = f"C:/Jobs/{self._feed.source.source}_export/demo/working/"
        prefix = folder if batch == 2 and last_tenant and self._special else None
        if batch == 3 and self._special and table.extract is self._feed.load_order()[0]:
            prefix = folder.replace("/", "\\")
        made = self._file(table, batch, delta_span(extracted), rows, f"delta {batch}", prefix)
        if self._special is None:
            return made
        name, batches = table.extract.extract, self._options.batches
        if batch == _CORRECTED_BATCH < batches and place == 0 and name == self._special.corrected:
            self._correct(table, made, rows, extracted)
        if batch == _LATE_BATCH < batches and last_tenant and name == self._special.late:
            due = min(_LATE_ARRIVES, batches)
            self._waiting[due].append(replace(made, batch=due, note="late"))
            return None
        return made

    def _correct(
        self, table: FeedTable, made: Delivery, rows: list[FeedRow], loaded: datetime
    ) -> None:
        """Deliver a key again, with other content."""
        due = min(_CORRECTION_ARRIVES, self._options.batches)
        right = table.corrected(rows, loaded)
        body = self._body(table.extract, right, loaded)
        self._waiting[due].append(
            replace(made, batch=due, body=body, rows=len(right), note="corrected")
        )

    def _strays(self, batch: int, extracted: datetime) -> Iterator[Delivery]:
        """Yield objects whose names fit no pattern, and a file of an unknown tenant."""
        source = self._feed.source
        if batch <= len(_STRAYS):
            key = f"{source.source}/{_STRAYS[batch - 1]}"
            yield Delivery(batch, key, b"This is no extract.\n", note="fits no pattern")
        if batch == 1 and self._special is not None and source.tenant:
            stranger = unknown_tenant(source, [dict(tenant) for tenant in self._tenants])
            table = self._state(stranger, 0, _STRANGERS)[self._special.stranger]
            made = self._first(table, extracted)
            yield replace(made, note="unknown tenant")

    def _file(
        self,
        table: FeedTable,
        batch: int,
        span: Span,
        rows: list[FeedRow],
        what: str,
        prefix: str | None = None,
    ) -> Delivery:
        if self._options.dirt:
            rows = dirty(table, rows, what)
        name = file_name(self._feed.source, table.extract, table.tenant, span, self._turn)
        self._turn += 1
        if prefix is None:
            prefix = f"{self._feed.source.source}/{span.date_extracted:%Y-%m-%d}/"
        return Delivery(
            batch, prefix + name, self._body(table.extract, rows, span.date_extracted), len(rows)
        )

    def _body(self, extract: Extract, rows: list[FeedRow], extracted: datetime) -> bytes:
        """Write the columns of files of this DateExtracted; ragged rows stay as they are."""
        columns = extract.shape_at(f"{extracted:%Y-%m-%d %H:%M:%S}").columns
        header, names = [column.source for column in columns], extract.column_names
        if columns != extract.distinct_columns:
            places = [names.index(column.name) for column in columns]
            rows = [
                tuple(row[p] for p in places) if len(row) == len(names) else row for row in rows
            ]
        return text_of(self._feed, rows, header).encode(self._encoding, errors="replace")


def write(delivery: Delivery, folder: Path) -> Path:
    """Write an object below a folder, with its key as path; return the path."""
    path = folder / delivery.key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(delivery.body)
    return path


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--contracts",
    type=click.Path(path_type=Path),
    default=Path("contracts"),
    show_default=True,
    help="Folder of contracts.",
)
@click.option("--source", help="Source in that folder; default: the only one.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the objects below this folder.")
@click.option(
    "--bucket", help="Upload the objects to this bucket (boto3's variables name the server)."
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    help="Seed of the feed; another seed gives another feed.",
)
@click.option("--rows", default=DEFAULT_ROWS, show_default=True, help="Approximate number of rows.")
@click.option("--scale", default=1.0, show_default=True, help="Multiplies --rows.")
@click.option("--batches", default=4, show_default=True, help="Deliveries, the first one included.")
@click.option("--only-batch", type=int, help="Write this batch only.")
@click.option(
    "--tenants", default=2, show_default=True, help="Number of tenants that deliver files."
)
@click.option(
    "--first",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    default=f"{FIRST:%Y-%m-%dT%H:%M}",
    show_default=True,
    help="Local time of the first delivery.",
)
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "utf-16le", "utf-16be", "latin-1"]),
    help="Default: the encoding of the source; UTF-16LE for auto.",
)
@click.option("--dirt/--no-dirt", default=True, help="Whether a small share of rows is faulty.")
@click.option(
    "--specials/--no-specials",
    default=True,
    help="Whether there are a late file, a correction, and names that fit no pattern.",
)
def main(
    contracts: Path,
    source: str | None,
    out: Path | None,
    bucket: str | None,
    seed: int,
    rows: int,
    scale: float,
    batches: int,
    only_batch: int | None,
    tenants: int,
    first: datetime,
    encoding: str | None,
    dirt: bool,
    specials: bool,
) -> None:
    """Write a plausible feed of a source, generated from its contracts alone."""
    if (out is None) == (bucket is None):
        raise click.UsageError("give a target: --out FOLDER or --bucket NAME")
    folders = [path for path in source_folders(contracts) if source in (None, path.name)]
    if len(folders) != 1:
        names = ", ".join(path.name for path in source_folders(contracts)) or "none"
        raise click.UsageError(f"--source has to name one of the sources of {contracts}: {names}")
    try:
        feed = load_feed(folders[0])
    except ContractErrors as errors:
        raise click.ClickException(str(errors)) from errors
    options = FeedOptions(
        seed, round(rows * scale), batches, tenants, first, encoding, dirt, specials
    )
    client = None
    if bucket is not None:
        import boto3

        client = boto3.client("s3")
    objects = total = size = 0
    for delivery in deliveries(feed, seed, options):
        if only_batch not in (None, delivery.batch):
            continue
        if client is not None and bucket is not None:
            client.put_object(Bucket=bucket, Key=delivery.key, Body=delivery.body)
        elif out is not None:
            write(delivery, out)
        objects, total = objects + 1, total + delivery.rows
        size += len(delivery.body)
    click.echo(f"{objects} objects, {total:,} rows, {size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
