"""Pools of texts for a column, chosen by its type, its contract and its name."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from codegen.contract.model import Column, Extract, Feed
from rawcore.demo import words

_HISTORY_BEGINS = datetime(2016, 1, 4)  # noqa: DTZ001 - local time of the source
_FILL = (1.0, 0.9, 0.6, 0.25, 0.04)
_BETWEEN = r"\b{}\s+BETWEEN\s+(-?\d+)\s+AND\s+(-?\d+)"
_FAMILY = re.compile(r"\D_?(\d+)$")
_SPARSE_FROM = 4  # field1 to field3 of numbered columns are usually filled

_Pool = Callable[[random.Random], list[str]]
# Patterns of column names that any feed could have; the first match decides.
_DROPPED: tuple[tuple[str, _Pool], ...] = (
    ("email", words.emails),
    ("phone|fax|cell|mobile|pager", words.phones),
    ("post_?code|postal_code|zip", lambda rng: [str(rng.randint(1000, 9999)) for _ in range(60)]),
    ("(house|street|building)_number", lambda rng: [str(rng.randint(1, 280)) for _ in range(90)]),
    ("(^|_)city|town|suburb|place|birth", lambda _: words.places()),
    ("domicile|meshblock|code|no$|number", words.codes),
    ("address|street", words.addresses),
    ("^title$", lambda _: ["Mr", "Ms", "Mx", "Dr", "Mrs"]),
    ("path$", lambda rng: [f"pictures\\{rng.randint(1, 99999)}.png" for _ in range(60)]),
    ("first_name|middle_name|preferred", lambda _: words.first_names()),
    ("family_name|last_name|maiden|surname", lambda _: words.family_names()),
    ("name|_by$|contact|holder", words.full_names),
    ("id$", words.guids),
)
_KEPT: tuple[tuple[str, _Pool], ...] = (
    ("id$", lambda rng: [str(rng.randint(1, 900)) for _ in range(8)]),
    ("gender|(^|_)sex(_|$)", lambda _: ["Female", "Male", "Another gender", "Unknown"]),
    ("ethnicity", lambda _: ["Māori", "Samoan", "European", "Chinese", "Indian", "Not stated"]),
    ("(^|_)city|town", lambda _: words.places()),
    ("country", lambda _: ["New Zealand", "Samoa", "Tonga", "Fiji", "Australia"]),
    ("name|location", lambda _: words.labels()),
    ("code|no$|number|(^|_)edi$|account$", words.codes),
    ("quintile|decile|score|ver$|sequence", lambda _: [str(n) for n in range(1, 6)]),
)
# Columns that nearly every row has, and columns that few rows have.
_ALWAYS = re.compile("(first|family|full|^)_?name$|^dob$|active$|alive$|(^|_)status$|^title$")
_RARELY = re.compile("death|deceas|cancel|reject|exclu|visa|temporary|_end_|deactivat")


@dataclass(frozen=True)
class Calendar:
    """Local times of a source around the first delivery."""

    zone: ZoneInfo
    first: datetime

    def exists(self, moment: datetime) -> bool:
        """Return whether this local time exists."""
        return moment.date() not in self._changes or self._is_shown(moment)

    @cached_property
    def _changes(self) -> frozenset[date]:
        """The days of some years on which the clock changed, with the days before and after."""
        days = [self.first + timedelta(days=n) for n in range(-4000, 400)]
        offsets = [day.replace(tzinfo=self.zone).utcoffset() for day in days]
        odd = (n for n in range(1, len(days)) if offsets[n] != offsets[n - 1])
        return frozenset(days[n + m].date() for n in odd for m in (-1, 0))

    def _is_shown(self, moment: datetime) -> bool:
        there = moment.replace(tzinfo=self.zone).astimezone(ZoneInfo("UTC"))
        return there.astimezone(self.zone).replace(tzinfo=None) == moment

    @cached_property
    def gap(self) -> datetime | None:
        """A recent local time that the clock skipped; None: there is none."""
        last = self.first + timedelta(days=30)
        for day in sorted((d for d in self._changes if d <= last.date()), reverse=True):
            for hour in range(24):
                moment = datetime.combine(day, time(hour, 30))
                if not self._is_shown(moment):
                    return moment
        return None

    def times(self, rng: random.Random, begin: datetime, end: datetime) -> list[str]:
        """Return local times of an interval, all of which exist."""
        seconds = max(1, int((end - begin).total_seconds()))
        drawn = (begin + timedelta(seconds=rng.randrange(seconds)) for _ in range(words.POOL))
        return [
            f"{moment:%Y-%m-%d %H:%M:%S}.{rng.randrange(1000):03d}"
            for moment in drawn
            if self.exists(moment)
        ]


@dataclass(frozen=True)
class Pools:
    """The pools of a feed; the tables of all tenants share them."""

    feed: Feed
    calendar: Calendar
    seed: int
    _made: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def of(self, extract: Extract) -> dict[str, list[str]]:
        """Return the pools of an extract by column; tenant columns have no pool."""
        if extract.extract not in self._made:
            self._made[extract.extract] = {
                column.name: pool_of(self.feed, column, extract.extract, self.calendar, self.seed)
                for column in extract.distinct_columns
                if not column.is_tenant
            }
        return self._made[extract.extract]


def pool_of(feed: Feed, column: Column, extract: str, calendar: Calendar, seed: int) -> list[str]:
    """Return the possible texts of a column, with the right share of empty ones."""
    rng = random.Random(f"{seed}/{extract}/{column.name}")
    values = _values(feed, column, rng, calendar)
    for separator in (feed.source.dialect.field_separator, feed.source.dialect.row_separator):
        values = [value.replace(separator, " ") for value in values]
    fill = 1.0 if column.is_required or _is_stamp(column) else rng.choice(_FILL)
    if not column.is_required and _ALWAYS.search(column.name):
        fill = 0.98
    elif not column.is_required and _RARELY.search(column.name):
        fill = 0.04
    family = _FAMILY.search(column.name)
    if family and int(family[1]) >= _SPARSE_FROM:
        fill = min(fill, 0.04)
    if column.domain:
        fill = max(fill, 0.97)
    empty = round(len(values) * (1 - fill) / fill)
    return values + [""] * empty


def _is_stamp(column: Column) -> bool:
    return column.base_type == "timestamptz" and column.name.endswith("_at")


def _values(feed: Feed, column: Column, rng: random.Random, calendar: Calendar) -> list[str]:
    """Return filled texts for a column of any type."""
    match column.base_type:
        case "boolean":
            return _flags(column)
        case "smallint" | "integer" | "bigint":
            return _whole(column, rng)
        case "numeric":
            return _numbers(column, rng)
        case "date":
            return _dates(column, rng, calendar, feed.source.null_dates)
        case "timestamptz":
            return _times(column, rng, calendar)
        case "uuid":
            return words.guids(rng)
        case _:
            return _texts(feed, column, rng)


def _flags(column: Column) -> list[str]:
    if re.search("delete|dummy|test|inactive|confidential", column.name):
        return ["0"] * 40 + ["1"]
    if re.search("active|alive", column.name):
        return ["1"] * 20 + ["0"]
    return ["0", "0", "1"]


def _limits(column: Column) -> tuple[int, int]:
    found = re.search(_BETWEEN.format(re.escape(column.name)), column.check or "", re.IGNORECASE)
    low, high = (int(found[1]), int(found[2])) if found else (1, 90)
    return low, min(high, low + 90)


def _whole(column: Column, rng: random.Random) -> list[str]:
    low, high = _limits(column)
    if column.name.endswith("id"):
        low, high = 101, 160
    return [str(rng.randint(low, high)) for _ in range(60)]


def _numbers(column: Column, rng: random.Random) -> list[str]:
    if "latitude" in column.name:
        return [f"-3{rng.uniform(6, 7):.13f}" for _ in range(words.POOL)]
    if "longitude" in column.name:
        return [f"{rng.uniform(174, 177):.13f}" for _ in range(words.POOL)]
    if column.scale is None:
        return [str(rng.randint(*_limits(column))) for _ in range(60)] + ["2.5", ".5"]
    room = max(1, min(3, (column.precision or 4) - column.scale))
    drawn = [f"{rng.uniform(0, 10**room - 1):.{column.scale}f}" for _ in range(words.POOL)]
    refunds = [f"-{value}" for value in drawn[: words.POOL // 20]]
    return [value.removeprefix("0") if column.scale else value for value in drawn + refunds]


def _dates(
    column: Column, rng: random.Random, calendar: Calendar, unknown: tuple[str, ...]
) -> list[str]:
    first = calendar.first
    begin, end = first - timedelta(days=3000), first
    if re.search("dob|birth", column.name):
        begin = first - timedelta(days=33000)
    elif re.search("expiry|_to$|end", column.name):
        end = first + timedelta(days=1200)
    days = (end - begin).days
    drawn = [f"{begin + timedelta(days=rng.randrange(days)):%Y-%m-%d}" for _ in range(words.POOL)]
    drawn += [f"{value} 00:00:00.000" for value in drawn[: words.POOL // 10]]
    return drawn if column.is_required else drawn + [day for day in unknown for _ in range(8)]


def _times(column: Column, rng: random.Random, calendar: Calendar) -> list[str]:
    middle = calendar.first - timedelta(days=500)
    if re.search("insert|creat", column.name):
        return calendar.times(rng, _HISTORY_BEGINS, middle)
    return calendar.times(rng, middle, calendar.first - timedelta(days=1))


def _texts(feed: Feed, column: Column, rng: random.Random) -> list[str]:
    if column.domain:
        return _domain_values(list(feed.source.domains[column.domain].values))
    if column.is_pseudonymised:
        return words.codes(rng)
    if _FAMILY.search(column.name) and not column.in_core:
        return [str(rng.randint(1, 200)) for _ in range(30)] + words.texts(rng)[:4]
    for pattern, pool in _KEPT if column.in_core else _DROPPED:
        if re.search(pattern, column.name):
            return pool(rng)
    return words.list_values(rng) if column.in_core else words.texts(rng)


def _domain_values(values: list[str]) -> list[str]:
    """Return the values of a domain, some in another case or with blanks around them."""
    often = [value for place, value in enumerate(values) for _ in range(20 // (place + 1) + 1)]
    return [*often, values[0].lower(), f" {values[-1]} ", values[-1].upper()]
