"""The shapes of an extract: which columns a file has, by its DateExtracted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codegen.contract.column import Column

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOCAL_TIME = re.compile(_DATE.pattern + r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def is_date(text: str) -> bool:
    """Return whether a text is a date that exists: YYYY-MM-DD."""
    try:
        return _DATE.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


def is_local_time(text: str) -> bool:
    """Return whether a text is a date, or a date and a time without offset."""
    try:
        return is_date(text) or bool(_LOCAL_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


@dataclass(frozen=True)
class Interval:
    """DateExtracted from `since` on and before `until`, as local times that `local_time` wrote."""

    since: str | None = None
    until: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no time is in it."""
        return self.since is not None and self.until is not None and self.since >= self.until

    @property
    def is_always(self) -> bool:
        """Whether every time is in it."""
        return self.since is None and self.until is None

    def holds(self, time: str | None) -> bool:
        """Return whether a time is in it; None means a time before all others."""
        if time is None:
            return self.since is None
        return (self.since or "") <= time and (self.until is None or time < self.until)

    def overlaps(self, other: Interval) -> bool:
        """Return whether a time is in both."""
        since = max(self.since or "", other.since or "")
        untils = [until for until in (self.until, other.until) if until is not None]
        return not untils or since < min(untils)


@dataclass(frozen=True)
class FileShape:
    """The columns of the files of an interval, in their order."""

    interval: Interval
    columns: tuple[Column, ...]


def local_time(text: str | None) -> str | None:
    """Write a date or local time of a contract in full: YYYY-MM-DD HH:MM:SS."""
    return None if text is None else f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"


def interval(column: Column) -> Interval:
    """Return the interval of one entry of `columns`."""
    return Interval(local_time(column.since), local_time(column.until))


def file_shapes(columns: Sequence[Column]) -> tuple[FileShape, ...]:
    """Return the shapes of the files, oldest first; together their intervals cover every time."""
    intervals = [interval(column) for column in columns]
    ends = {end for one in intervals for end in (one.since, one.until) if end is not None}
    begins: list[str | None] = [None, *sorted(ends)]
    return tuple(
        FileShape(
            Interval(begin, end),
            tuple(c for c, one in zip(columns, intervals, strict=True) if one.holds(begin)),
        )
        for begin, end in zip(begins, [*begins[1:], None], strict=True)
    )


def intervals_of(columns: Sequence[Column], name: str) -> tuple[Interval, ...]:
    """Return when files have the column of this name; adjoining intervals are merged."""
    found = sorted(
        (interval(column) for column in columns if column.name == name),
        key=lambda one: one.since or "",
    )
    joined: list[Interval] = []
    for one in found:
        if joined and joined[-1].until == one.since and one.since is not None:
            joined[-1] = Interval(joined[-1].since, one.until)
        else:
            joined.append(one)
    return tuple(joined)
