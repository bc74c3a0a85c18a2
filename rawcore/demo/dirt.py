"""Faults as in real deliveries, in a small share of the rows of a file."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from codegen.contract.model import Column, Feed
from rawcore.demo.tables import FeedRow, FeedTable

SHARE = 0.005
"""Share of rejected rows in a file; each faulty copy is one row."""

_FEWEST_ROWS = 150
_DUPLICATES = 0.001
_BAD: dict[str, tuple[str, ...]] = {
    "date": ("2025-02-30", "31/03/2025", "today", "2025-07-21 13:00:00.000", "infinity"),
    "timestamptz": ("2025-13-01 10:00:00.000", "03/04/2025 15:36", "now", "2025-04-03"),
    "boolean": ("yes", "2", "Y"),
    "smallint": ("1e3", "12.0", "99999", " 7"),
    "integer": ("1_000", "12.5", "0x1F", "none"),
    "bigint": ("1_000", "12.5", "0x1F", "0017"),
    "numeric": ("NaN", "1,250.00", "12 50"),
    "uuid": ("not-a-uuid",),
}


@dataclass(frozen=True)
class _Fault:
    """A text that a column does not accept."""

    place: int
    text: str


def dirty(table: FeedTable, rows: list[FeedRow], what: str) -> list[FeedRow]:
    """Return the rows with some faulty ones, duplicates and a ragged one; small files stay clean.

    The given rows do not change: a row that is faulty in one file is correct in the next.
    """
    limit = table.feed.thresholds(table.extract).reject_rate
    share = min(SHARE, limit / 5)
    faults = _faults(table)
    if len(rows) < _FEWEST_ROWS or not share or not faults:
        return rows
    extract = table.extract.extract
    rng = random.Random(f"{table.seed}/{extract}/{'/'.join(table.tenant.values())}/{what}/dirt")
    out = list(rows)
    # Take the kinds of faults in turn, so that even a small file has several.
    turn = rng.randrange(len(faults))
    for place in rng.sample(range(len(out)), max(1, int(len(out) * share))):
        cells = list(out[place])
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            kind = faults[turn % len(faults)]
            fault = rng.choice(kind)
            cells[fault.place] = fault.text
            turn += 1
        out[place] = tuple(cells)
    if table.extract.natural_key:
        _duplicate(rng, table, out)
    return _ragged(rng, table, out) if len(rows) > 4 * _FEWEST_ROWS else out


def _faults(table: FeedTable) -> list[list[_Fault]]:
    """Return the possible faults of this table, by kind."""
    kinds: dict[str, list[_Fault]] = {}
    gap = table.source.calendar.gap
    for column in table.extract.distinct_columns:
        place = table.place(column)
        if column.is_tenant:
            continue
        if column.is_required:
            kinds.setdefault("empty", []).append(_Fault(place, ""))
        if column.domain and table.feed.source.domains[column.domain].unknown == "reject":
            kinds.setdefault("domain", []).append(_Fault(place, "Rescheduled?"))
        for text in _BAD.get(column.base_type, ()):
            kinds.setdefault(column.base_type, []).append(_Fault(place, text))
        if column.scale is not None:
            kinds.setdefault("decimals", []).append(_Fault(place, _too_many_decimals(column)))
        if gap and column.base_type == "timestamptz":
            text = f"{gap:%Y-%m-%d %H:%M:%S}.000"
            kinds.setdefault("gap", []).append(_Fault(place, text))
    return list(kinds.values())


def _too_many_decimals(column: Column) -> str:
    """Return 18.555 for two decimals."""
    return "18." + "5" * ((column.scale or 0) + 1)


def _duplicate(rng: random.Random, table: FeedTable, rows: list[FeedRow]) -> None:
    """Add a second row for some keys, with another value in one column."""
    for place in rng.sample(range(len(rows)), max(1, int(len(rows) * _DUPLICATES))):
        rows.insert(rng.randrange(len(rows)), table.altered(rng, rows[place]))


def _ragged(rng: random.Random, table: FeedTable, rows: list[FeedRow]) -> list[FeedRow]:
    """Make one row too long or too short, if the contract rejects ragged rows."""
    if table.feed.ragged_rows(table.extract) == "reject":
        place = rng.randrange(len(rows))
        row = rows[place]
        rows[place] = (*row, "one field too many") if rng.random() < 0.5 else row[:-1]
    return rows


def text_of(feed: Feed, rows: Sequence[FeedRow], header: Sequence[str]) -> str:
    """Return the text of a file in the dialect of the source."""
    dialect = feed.source.dialect
    field, row = dialect.field_separator, dialect.row_separator
    lines = [header, *rows] if dialect.header else rows
    return row.join(map(field.join, lines)) + (row if lines else "")
