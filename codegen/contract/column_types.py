"""The types a column can have, and the one text format each of them accepts."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ColumnType:
    """A type that contracts can use, as the contract reference documents it.

    `text_format` is the text accepted from a file, `key_format` the narrower one of a key column
    (None: the type cannot be in a key, because one value has several texts).
    """

    name: str
    text_format: str
    example: str
    key_format: str | None = None


_WHOLE = "`-?digits`, no leading zeros, no plus sign, within the range of the type"

COLUMN_TYPES: tuple[ColumnType, ...] = (
    ColumnType("text", "anything", "`0653`", "anything, blanks included"),
    ColumnType("smallint", _WHOLE, "`12`", "the same, and not `-0`"),
    ColumnType("integer", _WHOLE, "`-40`", "the same, and not `-0`"),
    ColumnType("bigint", _WHOLE, "`9007199254740993`", "the same, and not `-0`"),
    ColumnType(
        "numeric(p,s)",
        "`-?digits[.digits]`, at most s decimals; a leading dot as in `.50` is accepted",
        "`-3.20`",
    ),
    ColumnType(
        "numeric",
        "the same with any number of decimals",
        "`-36.882534999999997`",
    ),
    ColumnType("boolean", "`0` or `1`", "`1`"),
    ColumnType(
        "date",
        "`YYYY-MM-DD`, or the same with a midnight time: `YYYY-MM-DD 00:00:00[.000]`",
        "`2025-07-21`",
        "`YYYY-MM-DD` only",
    ),
    ColumnType(
        "timestamptz",
        "`YYYY-MM-DD HH:MM:SS[.ffffff]`, local time of the source; a local time that does not"
        " exist is rejected, a local time that occurs twice gets the standard offset",
        "`2025-04-03 15:36:52.467`",
    ),
    ColumnType(
        "uuid",
        "canonical with hyphens, lower or upper case",
        "`6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b11`",
        "lower case only",
    ),
)

BASE_TYPES: tuple[str, ...] = tuple(t.name for t in COLUMN_TYPES if "(" not in t.name)
KEY_TYPES: tuple[str, ...] = tuple(t.name for t in COLUMN_TYPES if t.key_format is not None)
TYPE_CHOICES: tuple[str, ...] = tuple(t.name for t in COLUMN_TYPES)

#: Names that other systems have for the types, for suggestions.
TYPE_NAMES: dict[str, str] = {
    "bit": "boolean",
    "bool": "boolean",
    "char": "text",
    "datetime": "timestamptz",
    "datetime2": "timestamptz",
    "decimal": "numeric(p,s)",
    "double": "numeric",
    "double precision": "numeric",
    "float": "numeric",
    "guid": "uuid",
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "long": "bigint",
    "money": "numeric(p,s)",
    "real": "numeric",
    "str": "text",
    "string": "text",
    "timestamp": "timestamptz",
    "uniqueidentifier": "uuid",
    "varchar": "text",
}

MAX_NUMERIC_PRECISION = 1000
TYPE_PATTERN = r"^(" + "|".join(BASE_TYPES) + r"|numeric\(\s*[0-9]+\s*,\s*[0-9]+\s*\))$"

_NUMERIC = re.compile(r"^numeric\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)$")


def is_type(text: str) -> bool:
    """Return whether the text names a type (of whatever precision)."""
    return re.match(TYPE_PATTERN, text) is not None


def numeric_limits(text: str) -> tuple[int, int] | None:
    """Return precision and scale of `numeric(p,s)`, None for every other type."""
    match = _NUMERIC.match(text)
    return (int(match[1]), int(match[2])) if match else None
