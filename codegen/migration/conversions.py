"""What happens to the values of a column whose type changes."""

from __future__ import annotations

from codegen.contract.column_types import numeric_limits
from codegen.render.sqltext import literal

_WHOLE = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
_COLLATED = ' COLLATE "C"'


def plain(type_: str) -> str:
    """Return a type as contracts write it: `numeric(6,2)`, without a collation."""
    return type_.removesuffix(_COLLATED).replace(", ", ",")


def is_instant(before: str, after: str) -> bool:
    """Whether PostgreSQL changes the type without reading or writing a row."""
    old, new = numeric_limits(plain(before)), numeric_limits(plain(after))
    if plain(before) == plain(after) or (old and plain(after) == "numeric"):
        return True
    return old is not None and new is not None and new[1] == old[1] and new[0] >= old[0]


def is_widening(before: str, after: str) -> bool:
    """Whether the new type holds every value of the old type unchanged."""
    before, after = plain(before), plain(after)
    if is_instant(before, after):
        return True
    if before in _WHOLE:
        limits = numeric_limits(after)
        return (
            _WHOLE.get(after, 0) > _WHOLE[before]
            or after in ("numeric", "text")
            or (limits is not None and limits[0] - limits[1] >= _DIGITS[before])
        )
    old, new = numeric_limits(before), numeric_limits(after)
    return bool(old and new and new[1] >= old[1] and new[0] - new[1] >= old[0] - old[1])


def fits(column: str, before: str, after: str) -> str | None:
    """Return the SQL condition under which a value of the old type is also a value of the new type.

    None: only the text in the file can tell, so the column is filled again from raw.
    """
    before, after = plain(before), plain(after)
    limits, is_number = numeric_limits(after), before in _WHOLE or before.startswith("numeric")
    if before == "text" and after in _WHOLE:
        return f"etl.is_{after}({column})"
    if before == "text" and limits:
        return f"etl.is_numeric({column}, {literal(after)}, {limits[1]})"
    if before == "text" and after == "numeric":
        return f"etl.is_decimal({column})"
    if is_number and after in _WHOLE:
        low, high = -_WHOLE[after], _WHOLE[after] - 1
        whole = "" if before in _WHOLE else f"{column} = trunc({column}) AND "
        return f"{whole}{column} BETWEEN {low} AND {high}"
    if is_number and limits:
        return (
            f"{column} = round({column}, {limits[1]}) AND abs({column}) < 1e{limits[0] - limits[1]}"
        )
    return None
