"""The shop and its model side by side: each step is done in both, and the results are compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import psycopg

from tests.semantics import model
from tests.semantics.compare import same
from tests.semantics.model import Delivery, File, Origin
from tests.semantics.shop import LEARNED, SHOP, SPELLINGS, SWAPPED
from tests.semantics.warehouse import Options, Warehouse

ZONE = ZoneInfo("Europe/Berlin")
TENANT = ("1", "23")


@dataclass(frozen=True)
class Name:
    """What a file name says; days count from 2025-01-01, `by_date`: it says DateFrom, not kind."""

    extract: str
    day: int
    kind: Literal["full", "delta"] = "delta"
    tenant: tuple[str, str] = TENANT
    to_day: int = 0
    by_date: bool = False
    folder: str = ""

    @property
    def extracted(self) -> datetime:
        """DateExtracted, three in the morning."""
        return datetime(2025, 1, 1, 3, tzinfo=ZONE) + timedelta(days=self.day)

    @property
    def date_to(self) -> datetime:
        """DateTo, a midnight before DateExtracted."""
        return datetime(2025, 1, 1, tzinfo=ZONE) + timedelta(days=self.day - self.to_day)

    @property
    def s3_key(self) -> str:
        """The name in the bucket."""
        date_from = "20000101" if self.kind == "full" else "20241201"
        return (
            f"{self.folder}{''.join(self.tenant)}_{SPELLINGS[self.extract]}"
            f"_{date_from if self.by_date else self.kind}"
            f"_{self.date_to:%Y%m%d}_{self.extracted:%Y%m%d%H%M}.csv"
        )


class World:
    """Deliveries, runs and decisions, in the database and in the model."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.deliveries: list[Delivery] = []
        self.names: dict[str, Name] = {}
        self.shop = dict(SHOP)
        self.undecided: list[Delivery] = []
        self.horizons: dict[str, datetime] = {}
        self.contents: dict[Origin, tuple[str, ...]] = {}
        self.misread: set[str] = set()
        warehouse.reset()

    def put(self, name: Name, rows: Iterable[str], modified: int = 0) -> Origin:
        """Write a file into the bucket; rows without their tenant get that of the name."""
        texts = tuple(row if row.startswith("!") else self._row(name, row) for row in rows)
        texts = tuple(text.removeprefix("!") for text in texts)
        when = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(hours=modified)
        known = self.warehouse.bucket.objects.get(name.s3_key)
        if known:  # a new version is written later than the one before
            when = max(when, known[-1].modified + timedelta(seconds=1))
        stored = self.warehouse.bucket.put(name.s3_key, texts, when)
        self.names[name.s3_key] = name
        return name.s3_key, stored.version

    def _row(self, name: Name, row: str) -> str:
        """Put the tenant before a row; of one with all columns take those that the file has."""
        rules = self.shop[name.extract]
        fields = [*name.tenant, *row.split(",")]
        if len(fields) == len(rules.columns):
            values = dict(zip((one.name for one in rules.columns), fields, strict=True))
            fields = [values[one.name] for one in rules.columns_at(name.extracted)]
        return ",".join(fields)

    def deliver(self, name: Name, *rows: str) -> Origin:
        """Write a file and load it."""
        origin = self.put(name, rows)
        self.run()
        return origin

    def run(
        self,
        extracts: Sequence[str] | None = None,
        process: bool = True,
        force: bool = False,
        **how: Any,
    ) -> None:
        """Make a run, in the database and in the model, and compare."""
        self.look()
        options = Options("new", None, extracts, force)
        self.warehouse.run(options, process, **how)
        again = [one for one in self.open_files() if force and one.processed and one.verdict.failed]
        for one in self.deliveries:
            if model.drifted(one.rules, one.file):
                continue  # it fails at landing, and nothing of it stays
            if not one.excluded and (extracts is None or one.file.extract in extracts):
                if one in again or not one.landed:
                    one.file = replace(one.file, rows=self._as_read(one.file))
                if process and (one in again or not one.processed) and not self.is_frozen(one):
                    self._process(one)
                one.landed = True
        if process:
            self.compare()

    def _process(self, one: Delivery) -> None:
        one.processed = True
        one.rules = self.shop[one.file.extract]
        one.held = False
        self.undecided.append(one)

    def is_frozen(self, one: Delivery) -> bool:
        """Whether a file is before the horizon, so that it is neither loaded nor reprocessed."""
        horizon = self.horizons.get(one.file.extract)
        return horizon is not None and one.file.extracted < horizon

    def look(self) -> None:
        """A listing shows the newest version of each key; one that was not read is gone."""
        for key, versions in self.warehouse.bucket.objects.items():
            known = [
                one
                for one in self.deliveries
                if one.file.s3_key == key and "#" not in one.file.version
            ]
            newest = versions[-1]
            rows = tuple(newest.body.decode().split("\n")[:-1])
            if known and not known[-1].landed:
                self.deliveries.remove(known.pop())
            if known and self.contents[known[-1].file.origin] == rows:  # it is there already
                continue
            self.deliveries = [  # readings of an older version that were not read are gone
                one for one in self.deliveries if one.landed or one.file.s3_key != key
            ]
            self.contents[key, newest.version] = rows
            name = self.names[key]
            self.deliveries.append(
                Delivery(
                    File(
                        name.extract,
                        key,
                        newest.version,
                        name.tenant,
                        name.kind,
                        name.extracted,
                        name.date_to,
                        newest.modified,
                        rows,
                    ),
                    self.shop[name.extract],
                )
            )

    def swap(self, extract: str) -> None:
        """Read files by a contract that has two columns swapped, or by the right one again."""
        self.warehouse.swap(extract, *SWAPPED[extract])
        self.misread ^= {extract}

    def _as_read(self, file: File) -> tuple[str, ...]:
        """The rows of a file as the contract of today reads them."""
        rows = self.contents[file.origin]
        if file.extract not in self.misread:
            return rows
        names = [one.name for one in self.shop[file.extract].columns_at(file.extracted)]
        first, second = (names.index(name) for name in SWAPPED[file.extract])
        swapped = []
        for row in rows:
            fields = row.split(",")
            if len(fields) == len(names):
                fields[first], fields[second] = fields[second], fields[first]
            swapped.append(",".join(fields))
        return tuple(swapped)

    def readable_files(self) -> list[Delivery]:
        """Counting files that can be read again: those without an open reading."""
        return [
            one
            for one in model.counting(self.deliveries)
            if not self.is_frozen(one)
            and all(
                other.processed
                for other in self.deliveries
                if self._content(other) == self._content(one)
            )
        ]

    def _content(self, one: Delivery) -> Origin:
        return one.file.s3_key, one.file.version.partition("#")[0]

    def reread(self, one: Delivery) -> None:
        """Decide that a counting file is read again by the next run."""
        self.warehouse.decide("reread_file", one.file.origin, "the contract was wrong")
        key, version = self._content(one)
        readings = [other for other in self.deliveries if self._content(other) == (key, version)]
        new = replace(one.file, version=f"{version}#{len(readings) + 1}")
        self.contents[new.origin] = self.contents[key, version]
        place = self.deliveries.index(readings[-1]) + 1
        self.deliveries.insert(place, Delivery(new, self.shop[new.extract]))

    def delivery(self, origin: Origin) -> Delivery:
        """The delivery of an object version."""
        (found,) = [one for one in self.deliveries if one.file.origin == origin]
        return found

    def held_files(self) -> list[Delivery]:
        """Mirrors that are held."""
        return [one for one in self.deliveries if one.held and not one.excluded]

    def release(self, one: Delivery) -> None:
        """Release a held file, and compare."""
        self.warehouse.decide("release_file", one.file.origin, "the shop was sold")
        self._process(one)
        self.undecided.clear()
        self.compare()

    def open_files(self) -> list[Delivery]:
        """Files that can be excluded or processed again: in raw, not superseded or excluded."""
        counting = model.counting(self.deliveries)
        return [
            one
            for one in self.deliveries
            if one.landed
            and not (one.excluded or self.is_frozen(one))
            and (one in counting or not one.is_good)
        ]

    def excluded_files(self) -> list[Delivery]:
        """Files that are excluded."""
        return [one for one in self.deliveries if one.excluded and not self.is_frozen(one)]

    def exclude(self, one: Delivery) -> None:
        """Exclude a file, and compare."""
        self.warehouse.decide("exclude_file", one.file.origin, "it is wrong")
        one.excluded, one.held = True, False
        self.compare()

    def readmit(self, one: Delivery) -> None:
        """Re-admit a file, and compare."""
        self.warehouse.decide("readmit_file", one.file.origin, "it was right")
        one.excluded = False
        self._process(one)
        self.compare()

    def reprocess(self, one: Delivery) -> None:
        """Process a file again, and compare."""
        counting = model.counting(self.deliveries)
        self.warehouse.decide("reprocess_file", one.file.origin)
        self._process(one)
        if one in counting:  # what counts is not held by what came later
            self.undecided.clear()
        self.compare()

    def purge(self, extract: str, day: int) -> None:
        """Purge raw before a day, and compare: nothing changes, unless a file is not done."""
        before = Name(extract, day).extracted
        if not self._is_open_before(extract, before):
            self.warehouse.purge(before, extract)
            self.horizons[extract] = max(before, self.horizons.get(extract, before))
        else:
            try:
                self.warehouse.purge(before, extract)
            except psycopg.DatabaseError as refused:
                same("refusal to purge", refused.sqlstate, "RC014")
            else:
                raise AssertionError("rows of files that are not done were purged")
        self.compare()

    def _is_open_before(self, extract: str, before: datetime) -> bool:
        counting = model.counting(self.deliveries)
        return any(
            one.file.extract == extract
            and one.file.extracted < before
            and not (one.excluded or one.is_good or self.is_frozen(one))
            and not any(
                other.file.s3_key == one.file.s3_key
                and self.deliveries.index(other) > self.deliveries.index(one)
                for other in counting
            )
            for one in self.deliveries
        )

    def verify(self) -> None:
        """The findings of etl.verify: stale files, and nothing else."""
        stale = {
            ("stale", *one.file.origin)
            for one in model.counting(self.deliveries)
            if one.rules != self.shop[one.file.extract] and not self.is_frozen(one)
        }
        same("verify", sorted(self.warehouse.verify()), sorted(stale))

    def learn(self) -> None:
        """Add values to domains; what is loaded stays as it is."""
        self.warehouse.learn("tier", "boss")
        self.warehouse.learn("order_status", "lost")
        self.shop |= LEARNED
        self.compare()

    def compare(self) -> None:
        """Compare everything that is promised."""
        files = self.warehouse.files()
        for one in self.undecided:  # whether a mirror is held depends on when it came: recorded
            one.held = files[one.file.origin]["status"] == "held"
            if one.held and (not one.is_mirror or one.verdict.failed):
                raise AssertionError(f"{one.file.origin} is held")
        self.undecided.clear()
        rejects = self.warehouse.rejects()
        expected_counting: set[Origin] = set()
        for rules in self.shop.values():
            mine = [one for one in self.deliveries if one.file.extract == rules.extract]
            counting = model.counting(mine)
            expected_counting |= {one.file.origin for one in counting}
            self._compare_files(mine, files, rejects)
            same(f"stg.{rules.extract}", self.warehouse.stg(rules), model.stg(rules, counting))
            same(f"core {rules.extract}", self.warehouse.core(rules), model.core(rules, counting))
        found = {origin for origin, file in files.items() if file["is_counting"]}
        same("counting files", sorted(found), sorted(expected_counting))

    def _compare_files(
        self,
        deliveries: list[Delivery],
        files: dict[Origin, dict[str, Any]],
        rejects: dict[Origin, set[tuple[int, str]]],
    ) -> None:
        for one in deliveries:
            verdict = one.verdict
            origin = one.file.origin
            if not one.landed:
                if model.drifted(one.rules, one.file) and origin in files:
                    same(f"drift of {origin}", files[origin]["is_counting"], False)
                    same(f"rejects of {origin}", rejects.get(origin, set()), set())
                continue
            expected = {r for r in verdict.rejects if one.processed or r[1] == "landing"}
            same(f"rejects of {origin}", rejects.get(origin, set()), expected)
            if not one.processed:
                continue
            row = files[origin]
            if not one.excluded:
                same(f"failure of {origin}", row["status"] == "failed", verdict.failed)
            if not verdict.failed and row["is_counting"]:
                good = len(one.file.rows) - len(verdict.rejects) - verdict.duplicates
                counts = (
                    row["rows_read"],
                    row["rows_rejected"],
                    row["rows_duplicate"],
                    row["rows_good"],
                )
                wanted = (len(one.file.rows), len(verdict.rejects), verdict.duplicates, good)
                same(f"counts of {origin}", counts, wanted)
