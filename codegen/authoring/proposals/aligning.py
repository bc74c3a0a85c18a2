"""Match the fields of a drifted file to columns, by headings or by their values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from codegen.authoring.newsource.columns import ColumnGuess, guess_column
from codegen.contract.model import Column, Source

_FITTING = 0.9
"""Share of the filled values that must have the type of the column."""
_WEIGHTS = {"uuid": 1.5, "date": 1.2, "timestamptz": 1.2, "boolean": 0.6}
_NUMBER = 0.5
_WORDS = 0.1
_EMPTY = 0.02
_UNLIKELY = 0.01

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?[0-9]*(?:\.(?P<decimals>[0-9]+))?")
_PATTERNS = {
    "boolean": re.compile("[01]"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: 00:00:00(?:\.0+)?)?"),
    "timestamptz": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    ),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
}


_PARTS = {
    "YYYY": "[0-9]{4}",
    "HH24": "[0-9]{2}",
    "TZH:TZM": "[-+][0-9]{2}:[0-9]{2}",
    "SS": r"[0-9]{2}(?:\.[0-9]+)?",
}


@cache
def _format_pattern(base_type: str, text_format: str) -> re.Pattern[str]:
    """Return the regular expression of texts in a format."""
    if base_type == "boolean":
        return re.compile("|".join(map(re.escape, text_format.split("/"))))
    if base_type == "numeric":
        return re.compile(r"-?[0-9]*(?:,[0-9]+)?")
    parts = re.split("(YYYY|MM|DD|HH24|MI|SS|TZH:TZM)", text_format)
    patterns = [
        _PARTS.get(part, "[0-9]{2}") if number % 2 else re.escape(part)
        for number, part in enumerate(parts)
    ]
    return re.compile("".join(patterns))


@dataclass(frozen=True)
class Alignment:
    """The column of each field (None: a new column), and how many alignments fit equally well."""

    places: tuple[int | None, ...]
    ways: int = 1


def align(
    columns: Sequence[Column],
    fields: Sequence[Sequence[str]],
    source: Source,
    tenant: dict[str, str],
) -> Alignment | None:
    """Align columns with the values of fields, both in their order; None: it is impossible.

    If several alignments fit equally well, the one with new fields as late as possible is returned.
    """
    guesses = [guess_column(values) for values in fields]
    scores = [
        [
            _score(column, values, guess, source, tenant)
            for values, guess in zip(fields, guesses, strict=True)
        ]
        for column in columns
    ]
    best = _best(scores, len(fields))
    size = min(len(columns), len(fields))
    kept, _, ways = best[0][0]
    if kept < size:
        return None
    places: list[int | None] = []
    i = j = 0
    while j < len(fields):
        score = scores[i][j] if i < len(columns) else None
        if score is not None and best[i][j][:2] == _plus(best[i + 1][j + 1], score)[:2]:
            places.append(i)
            i, j = i + 1, j + 1
        elif i < len(columns) and best[i][j][:2] == best[i + 1][j][:2]:
            i += 1
        else:
            places.append(None)
            j += 1
    return Alignment(tuple(places), ways)


Best = tuple[int, float, int]
"""Number of columns with a field, their score, and how many alignments reach both."""


def _plus(rest: Best, score: float) -> Best:
    return rest[0] + 1, round(rest[1] + score, 6), rest[2]


def _best(scores: Sequence[Sequence[float | None]], fields: int) -> list[list[Best]]:
    """Return the best alignment of the columns from i on with the fields from j on."""
    size = len(scores)
    best: list[list[Best]] = [[(0, 0.0, 1)] * (fields + 1) for _ in range(size + 1)]
    for i in range(size - 1, -1, -1):
        for j in range(fields - 1, -1, -1):
            score = scores[i][j]
            ways = [best[i + 1][j], best[i][j + 1]]
            if score is not None:
                ways.append(_plus(best[i + 1][j + 1], score))
            top = max(way[:2] for way in ways)
            count = sum(way[2] for way in ways if way[:2] == top)
            best[i][j] = (*top, count)
    return best


def _score(
    column: Column,
    values: Sequence[str],
    guess: ColumnGuess,
    source: Source,
    tenant: dict[str, str],
) -> float | None:
    """Return how well values fit a column; None: they do not fit."""
    filled = [value for value in values if value]
    if column.is_required and len(filled) < _FITTING * len(values):
        return None
    if not filled:
        return _EMPTY
    if column.name in tenant:
        return 2.0 if {*filled} == {tenant[column.name]} else None
    if column.domain is not None:
        return _in_domain(column, filled, source)
    if column.type == "text":
        return _WORDS if guess.type == "text" else _WORDS / 2
    fits = sum(_is_of(column, value) for value in filled) >= _FITTING * len(filled)
    return _WEIGHTS.get(column.type, _NUMBER) if fits else None


def _in_domain(column: Column, filled: Sequence[str], source: Source) -> float | None:
    domain = source.domains[column.domain or ""]
    known = {value.strip().lower() for value in domain.values}
    share = sum(value.strip().lower() in known for value in filled) / len(filled)
    if share >= _FITTING:
        return 1.5
    return _UNLIKELY if domain.unknown == "pass" else None


def _is_of(column: Column, value: str) -> bool:
    if column.text_format is not None:
        return _format_pattern(column.base_type, column.text_format).fullmatch(value) is not None
    if column.base_type in ("smallint", "integer", "bigint"):
        return _WHOLE.fullmatch(value) is not None
    if column.base_type == "numeric":
        found = _DECIMAL.fullmatch(value)
        scale = column.scale
        return found is not None and (scale is None or len(found["decimals"] or "") <= scale)
    return _PATTERNS[column.type].fullmatch(value) is not None
