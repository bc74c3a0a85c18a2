"""The promises of rawcore in plain Python: dictionaries and loops.

Nothing here is shared with the product, and no SQL: from the contents that were delivered and what
was decided about them it says what stg, core and the rejects must hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Value = object
Key = tuple[Value, ...]
Values = dict[str, Value]
Origin = tuple[str, str]
"""The object version that a row comes from: s3_key and version."""


@dataclass(frozen=True)
class Column:
    """One column: how its text is read (ValueError: a reject), and what core gets of it."""

    name: str
    read: Callable[[str], Value]
    tracked: Literal["history", "latest"] | None = "history"
    publish: Callable[[Value], Value] | None = lambda value: value
    required: bool = False
    check: Callable[[Value], bool] = lambda value: True


@dataclass(frozen=True)
class Rules:
    """One extract; `key` are its key columns, tenant first; `refers` a column to a dimension.

    `shapes` say which columns files have from a DateExtracted on; none: all, in their order.
    """

    extract: str
    kind: Literal["dimension", "fact"]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    tenant: tuple[str, ...]
    own_key: str | None = None
    refers: tuple[str, str, str] | None = None
    mirrors: bool = False
    dedupe: str | None = None
    reject_rate: float = 1.0
    shapes: tuple[tuple[datetime, tuple[str, ...]], ...] = ()

    def columns_at(self, time: datetime) -> list[Column]:
        """Columns of a file of this DateExtracted, in its order."""
        columns = {one.name: one for one in self.columns}
        names = tuple(columns)
        for since, shape in self.shapes:
            names = shape if since <= time else names
        return [columns[name] for name in names]

    def published(self, *tracked: str | None) -> list[Column]:
        """Columns of core, beside the key, that are tracked in one of these ways."""
        return [
            one
            for one in self.columns
            if one.publish and one.tracked in tracked and one.name not in self.key
        ]


@dataclass(frozen=True)
class File:
    """One delivered content, with what its name and its listing say."""

    extract: str
    s3_key: str
    version: str
    tenant: tuple[str, ...]
    kind: Literal["full", "delta"]
    extracted: datetime
    date_to: datetime
    modified: datetime
    rows: tuple[str, ...]

    @property
    def origin(self) -> Origin:
        """The object version."""
        return self.s3_key, self.version

    @property
    def order(self) -> tuple[object, ...]:
        """Observation time, and what decides between equal ones."""
        return (
            self.extracted,
            self.kind != "full",
            self.date_to,
            self.modified,
            self.s3_key.encode(),
        )


@dataclass
class Verdict:
    """The verdict on one file by itself."""

    winners: dict[Key, Values] = field(default_factory=dict)
    present: set[Key] = field(default_factory=set)
    rejects: set[tuple[int, str]] = field(default_factory=set)
    duplicates: int = 0
    failed: bool = False


def drifted(rules: Rules, file: File) -> bool:
    """Return whether most rows have one other number of fields, and hardly any the expected one."""
    expected = len(rules.columns_at(file.extracted))
    found = [len(text.split(",")) for text in file.rows]
    most = max(map(found.count, found))
    return 10 * found.count(expected) < len(found) and 2 * most > len(found)


def judge(rules: Rules, file: File) -> Verdict:
    """Type the rows of a file, reject bad ones, and choose between rows of one key."""
    verdict = Verdict()
    chosen: dict[Key, list[tuple[tuple[object, ...], Values]]] = {}
    columns = rules.columns_at(file.extracted)
    absent: Values = {one.name: None for one in rules.columns if one not in columns}
    for line, text in enumerate(file.rows, 1):
        fields = text.split(",")
        if len(fields) != len(columns):
            verdict.rejects.add((line, "landing"))
            continue
        values = dict(absent)
        for column, one in zip(columns, fields, strict=True):
            try:
                values[column.name] = _typed(column, one, column.name in rules.key)
            except ValueError:
                continue
        its_tenant = tuple(values.get(name) for name in rules.tenant) == file.tenant
        if its_tenant and all(name in values for name in rules.key):
            verdict.present.add(tuple(values[name] for name in rules.key))
        if not its_tenant or len(values) < len(rules.columns):
            verdict.rejects.add((line, "typing"))
            continue
        key = tuple(values[name] for name in rules.key)
        chosen.setdefault(key, []).append((_rank(rules, values, line), values))
    for key, rows in chosen.items():
        verdict.winners[key] = max(rows, key=lambda row: row[0])[1]
        verdict.duplicates += len(rows) - 1
    verdict.failed = len(verdict.rejects) > rules.reject_rate * len(file.rows)
    return verdict


def _typed(column: Column, text: str, is_key: bool) -> Value:
    if text == "":
        if column.required or is_key:
            raise ValueError("empty")
        return None
    value = column.read(text)
    if value is not None and not column.check(value):
        raise ValueError("check")
    return value


def _rank(rules: Rules, values: Values, line: int) -> tuple[object, ...]:
    if rules.dedupe is None:
        return (line,)
    value = values[rules.dedupe]
    return (value is not None, value or 0, line)


@dataclass
class Delivery:
    """A content and its state: the rules of its last processing, and decisions about it."""

    file: File
    rules: Rules
    landed: bool = False
    processed: bool = False
    excluded: bool = False
    held: bool = False

    @property
    def verdict(self) -> Verdict:
        """Its verdict under the rules of its last processing."""
        return judge(self.rules, self.file)

    @property
    def is_good(self) -> bool:
        """Whether it may count: not held, failed or excluded."""
        return self.processed and not (self.excluded or self.held or self.verdict.failed)

    @property
    def is_mirror(self) -> bool:
        """Whether keys that it lacks are absent."""
        return self.rules.mirrors and self.file.kind == "full"


@dataclass(frozen=True)
class Event:
    """A key as one file shows it; values None: a mirror that lacks it."""

    file: File
    values: Values | None

    @property
    def time(self) -> datetime:
        """Observation time."""
        return self.file.extracted


def events(counting: Iterable[Delivery]) -> dict[Key, list[Event]]:
    """The observations of each key in the counting files, in order."""
    ordered = sorted(counting, key=lambda one: one.file.order)
    judged = [(one.file, one.verdict, one.is_mirror) for one in ordered]
    found: dict[Key, list[Event]] = {key: [] for _, verdict, _ in judged for key in verdict.winners}
    for file, verdict, is_mirror in judged:
        for key, seen in found.items():
            if key in verdict.winners:
                seen.append(Event(file, verdict.winners[key]))
            elif (
                is_mirror and key[: len(file.tenant)] == file.tenant and key not in verdict.present
            ):
                seen.append(Event(file, None))
    return found


def collapsed(seen: list[Event]) -> list[Event]:
    """Keep only the last of several events with one observation time, absence included."""
    return list({event.time: event for event in seen}.values())


Same = Callable[[Values], Values]


def newest_run(seen: list[Event], same: Same) -> Event | None:
    """First observation of the newest series of rows that are equal by `same`; absence ends one."""
    first: Event | None = None
    for event in reversed(seen):
        if event.values is None:
            if first is not None:
                break
            continue
        if (
            first is not None
            and first.values is not None
            and same(event.values) != same(first.values)
        ):
            break
        first = event
    return first


@dataclass(frozen=True)
class Row:
    """A row of stg or core: `times` are absent_since, deleted_at, or effective_from and _to."""

    values: tuple[tuple[str, Value], ...]
    times: tuple[datetime | None, ...]
    date_extracted: datetime
    origin: Origin


Table = dict[tuple[Value, ...], Row]


def state(seen: list[Event], same: Same) -> tuple[Values, datetime | None, Event] | None:
    """Newest valid row of a key, since when it is absent, and where it comes from."""
    told = collapsed(seen)
    origin = newest_run(told, same)
    if origin is None or origin.values is None:
        return None
    last = max(index for index, event in enumerate(told) if event.values is not None)
    absent = told[last + 1].time if last + 1 < len(told) else None
    return origin.values, absent, origin


def stg(rules: Rules, counting: Iterable[Delivery]) -> Table:
    """The newest valid state of each key, typed, as the source writes it."""

    def same(values: Values) -> Values:
        return {one.name: values[one.name] for one in rules.columns if one.tracked}

    table: Table = {}
    for key, seen in events(counting).items():
        told = state(seen, same)
        if told is not None:
            values, absent, origin = told
            row = tuple((one.name, values[one.name]) for one in rules.columns)
            table[key] = Row(row, (absent,), origin.time, origin.file.origin)
    return table


def core(rules: Rules, counting: Iterable[Delivery]) -> Table:
    """The published rows: a fact's newest, a dimension's history."""
    table: Table = {}
    for key, seen in events(counting).items():
        if rules.kind == "fact":
            told = state(seen, _publisher(rules, "history", "latest"))
            if told is not None:
                values, absent, origin = told
                row = _core_row(rules, key, values)
                table[key] = Row(row, (absent,), origin.time, origin.file.origin)
        else:
            for row_of_version in versions(rules, key, seen):
                table[*key, row_of_version.times[0]] = row_of_version
    return table


def versions(rules: Rules, key: Key, seen: list[Event]) -> Iterator[Row]:
    """The history of one key: series of equal history columns, interrupted by absence."""
    history = _publisher(rules, "history")
    runs: list[tuple[list[Event], datetime | None]] = []
    open_run: list[Event] = []
    for event in collapsed(seen):
        ends = event.values is None or (
            open_run
            and open_run[-1].values is not None
            and history(open_run[-1].values) != history(event.values)
        )
        if ends and open_run:
            runs.append((open_run, event.time))
            open_run = []
        if event.values is not None:
            open_run.append(event)
    if open_run:
        runs.append((open_run, None))
    for run, end in runs:
        origin = newest_run(run, _publisher(rules, "history", "latest"))
        if origin is None or origin.values is None:
            raise AssertionError("a run has observations")
        row = _core_row(rules, key, origin.values)
        yield Row(row, (run[0].time, end), origin.time, origin.file.origin)


def _publisher(rules: Rules, *tracked: str) -> Same:
    columns = rules.published(*tracked)

    def same(values: Values) -> Values:
        return {one.name: one.publish(values[one.name]) for one in columns if one.publish}

    return same


def _core_row(rules: Rules, key: Key, values: Values) -> tuple[tuple[str, Value], ...]:
    row = dict(zip(rules.key, key, strict=True))
    row |= _publisher(rules, "history", "latest")(values)
    row |= {one.name: one.publish(values[one.name]) for one in rules.published(None) if one.publish}
    tenant = key[: len(rules.tenant)]
    if rules.own_key:
        row[rules.own_key] = surrogate(rules.extract, key)
    if rules.refers:
        name, dimension, column = rules.refers
        value = values[column]
        row[name] = None if value is None else surrogate(dimension, (*tenant, value))
    return tuple(sorted(row.items()))


def surrogate(extract: str, key: Key) -> int:
    """First 8 bytes of SHA-256 over the parts of the key, each with its length before it."""
    parts = [str(part) for part in (extract, *key)]
    text = "".join(f"{len(part.encode())}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)


def counting(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """The files that core is made of: of each key the newest version that is good."""
    newest = {one.file.s3_key: one for one in deliveries if one.is_good}
    return list(newest.values())
