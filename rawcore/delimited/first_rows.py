"""Drift: the first rows of a file show that its columns differ from those of the contract.

Without a header the number of fields decides, with a header the headings do. Messages name headings
only if the first row is certainly a header; otherwise they would show field content.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from rawcore.errors import DriftedFile

_MOST = 0.5
"""Share of rows above which their number of fields is that of the file."""
_FEW = 0.1
"""Share of rows below which the expected number of fields is accidental."""
_ALIKE = 0.6
_NAMED = 5
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected columns of a file of an extract and DateExtracted.

    `headings` is empty if files have no header. `others` describes the other known shapes, by their
    number of fields.
    """

    fields: int
    headings: tuple[str, ...] = ()
    others: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The first rows of a file: its header, if it has one, and how many rows have n fields."""

    headings: tuple[str, ...] = ()
    counts: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Headings:
    """How headings differ: the expected heading of each found one; None: a new heading."""

    places: tuple[int | None, ...]
    renamed: frozenset[int] = frozenset()

    def is_same(self, expected: int) -> bool:
        """Whether no heading differs."""
        return not self.renamed and self.places == tuple(range(expected))


def check_first_rows(found: FirstRows, expected: Expected) -> None:
    """Raise DriftedFile if the first rows do not match the contract."""
    if expected.headings and found.headings:
        _check_headings(found.headings, expected)
    rows = found.counts.total()
    fields, most = found.counts.most_common(1)[0] if rows else (expected.fields, 0)
    if (
        fields != expected.fields
        and most > _MOST * rows
        and found.counts[expected.fields] < _FEW * rows
    ):
        problem = f"rows have {_fields(fields)} instead of {expected.fields}"
        raise DriftedFile(problem=problem, change=_change(fields, expected))


def compare_headings(found: Sequence[str], expected: Sequence[str]) -> Headings:
    """Match found headings to expected ones; case and blanks do not count.

    A heading in the place of another one is the same column, renamed, if the number of headings is
    as expected, or if both are spelled alike. Otherwise one is new and the other is missing.
    """
    new, old = [_plain(one) for one in found], [_plain(one) for one in expected]
    places: list[int | None] = [None] * len(new)
    renamed: set[int] = set()
    for kind, i, i_end, j, j_end in SequenceMatcher(None, old, new, False).get_opcodes():
        if kind == "equal":
            places[j:j_end] = range(i, i_end)
        elif kind == "replace" and i_end - i == j_end - j:
            for before, now in zip(range(i, i_end), range(j, j_end), strict=True):
                is_likely = len(new) == len(old) or _are_alike(new[now], old[before])
                if is_likely and new[now] not in old and old[before] not in new:
                    places[now] = before
                    renamed.add(now)
    for now, heading in enumerate(new):
        free = [i for i, one in enumerate(old) if one == heading and i not in places]
        if places[now] is None and free:
            places[now] = free[0]
    return Headings(tuple(places), frozenset(renamed))


def are_headings(found: Sequence[str], expected: Sequence[str]) -> bool:
    """Return whether a first row is a header: it has at least half of the expected headings."""
    plain = {_plain(one) for one in found}
    return 2 * sum(_plain(one) in plain for one in expected) >= len(expected)


def _check_headings(found: Sequence[str], expected: Expected) -> None:
    compared = compare_headings(found, expected.headings)
    if compared.is_same(len(expected.headings)):
        return
    problem = f"it has {_fields(len(found))} instead of {expected.fields}"
    if len(found) == expected.fields:
        problem = "its headings differ"
    if not are_headings(found, expected.headings):
        raise DriftedFile(problem=problem, change="the first row is not the header")
    raise DriftedFile(problem=problem, change=words(compared, found, expected.headings))


def words(compared: Headings, found: Sequence[str], expected: Sequence[str]) -> str:
    """Describe in words how headings differ."""
    places = compared.places
    kept = [place for place in places if place is not None]
    parts = {
        "new": [found[n] for n, place in enumerate(places) if place is None],
        "missing": [one for n, one in enumerate(expected) if n not in kept],
        "renamed": [f"{expected[places[n] or 0]} → {found[n]}" for n in sorted(compared.renamed)],
        "moved": [found[n] for n in moved(places)],
    }
    return "; ".join(f"{what}: {_named(names)}" for what, names in parts.items() if names)


def moved(places: Sequence[int | None]) -> list[int]:
    """Return the fewest places without which the remaining ones ascend."""
    best: list[list[int]] = []
    for here, place in enumerate(places):
        if place is None:
            continue
        before = [run for run in best if (places[run[-1]] or 0) < place]
        best.append([*max(before, key=len, default=[]), here])
    staying = max(best, key=len, default=[])
    return [n for n, place in enumerate(places) if place is not None and n not in staying]


def _change(fields: int, expected: Expected) -> str:
    if fields in expected.others:
        return f"as in {expected.others[fields]}: since or until in the contract may be wrong"
    count = abs(fields - expected.fields)
    columns = "1 column was" if count == 1 else f"{count} columns were"
    return f"{columns} {'added' if fields > expected.fields else 'dropped'}"


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _plain(heading: str) -> str:
    return heading.strip().casefold()


def _are_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, False).ratio() >= _ALIKE


def _named(names: Sequence[str]) -> str:
    shown = [" ".join(name.split())[:_LONGEST] for name in names[:_NAMED]]
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return ", ".join([*shown, *more])
