"""Guess which columns identify a row, and which refer to the key of another extract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from codegen.authoring.newsource.columns import ColumnGuess

_KEY_TYPES = ("text", "smallint", "integer", "bigint", "uuid")
_NAMED_LIKE_KEYS = re.compile(r"(?:^|_)(?:id|key|no|nr|num|number|code|guid|uuid)$|key$")
_WIDEST = 3
_CANDIDATES = 8
_REFERS = 0.9


@dataclass(frozen=True)
class Key:
    """The columns of a key, by place, and the number of rows whose key another row has."""

    places: tuple[int, ...]
    repeated: int


def guess_key(
    rows: Sequence[Sequence[str]], columns: Sequence[ColumnGuess], names: Sequence[str]
) -> Key:
    """Return the first key that is unique in the rows; else the key with the fewest repeated rows.

    Fewer columns are tried first, then columns named like keys, then columns on the left.
    """
    usable = [n for n, column in enumerate(columns) if _can_be_key(column, len(rows))]
    if not usable:
        return Key((0,), len(rows))
    ranked = sorted(usable, key=lambda n: (not _NAMED_LIKE_KEYS.search(names[n]), n))[:_CANDIDATES]
    ranks = range(len(ranked))
    choices = [c for size in range(1, _WIDEST + 1) for c in combinations(ranks, size)]
    best: Key | None = None
    for choice in sorted(choices, key=lambda c: (2 * sum(c) + len(c), c)):
        places = tuple(sorted(ranked[rank] for rank in choice))
        if all(columns[place].type == "date" for place in places):
            continue
        repeated = _repeated(rows, places)
        if best is None or repeated < best.repeated:
            best = Key(places, repeated)
        if not repeated:
            break
    return best or Key((ranked[0],), _repeated(rows, (ranked[0],)))


def _can_be_key(column: ColumnGuess, rows: int) -> bool:
    is_key_type = column.type in _KEY_TYPES or (column.type == "date" and not column.format)
    return is_key_type and column.filled == rows


def _repeated(rows: Sequence[Sequence[str]], places: tuple[int, ...]) -> int:
    return len(rows) - len({tuple(row[place] for place in places) for row in rows})


def refers(
    rows: Sequence[Sequence[str]], names: Sequence[str], key: str, values: set[str], target: str
) -> Iterator[int]:
    """Yield the places of columns named after another extract's key that hold its values."""
    for place, name in enumerate(names):
        if not (name.endswith(key) or name.startswith(target)):
            continue
        found = {row[place] for row in rows if row[place]}
        if found and len(found & values) >= _REFERS * len(found):
            yield place
