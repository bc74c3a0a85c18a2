"""The narrowest type and text format that accept all values of a column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?[0-9]*\.?[0-9]+")
_COMMA = re.compile(r"-?[0-9]*,[0-9]+|-?[0-9]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME = r"[0-2][0-9]:[0-5][0-9]"
_SECONDS = _TIME + r":[0-5][0-9](?:\.[0-9]{1,6})?"

_INTEGERS = (("integer", 31), ("bigint", 63))
_BOOLEANS = ("true/false", "True/False", "TRUE/FALSE", "Y/N", "y/n", "yes/no", "Yes/No", "T/F")

#: Formats of dates, the documented one first; the first one that fits is used.
_DATES = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "DD/MM/YYYY": "%d/%m/%Y",
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "DD-MM-YYYY": "%d-%m-%Y",
    "MM-DD-YYYY": "%m-%d-%Y",
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYYMMDD": "%Y%m%d",
}
_TIMES = {
    " HH24:MI:SS": f" {_SECONDS}",
    "THH24:MI:SS": f"T{_SECONDS}",
    "THH24:MI:SSZ": f"T{_SECONDS}Z",
    "THH24:MI:SSTZH:TZM": rf"T{_SECONDS}[-+][01][0-9]:[0-5][0-9]",
    " HH24:MI:SSTZH:TZM": rf" {_SECONDS}[-+][01][0-9]:[0-5][0-9]",
    " HH24:MI": f" {_TIME}",
    "THH24:MI": f"T{_TIME}",
    "THH24:MIZ": f"T{_TIME}Z",
}
_MIDNIGHT = re.compile(r".{10} 00:00:00(?:\.0+)?")
UNKNOWN_DATES = ("1900-01-01", "1899-12-30", "1753-01-01", "0001-01-01", "9999-12-31")


@dataclass(frozen=True)
class ColumnGuess:
    """A column of the samples: type, format if it is not the documented one, and counts."""

    type: str
    format: str = ""
    remark: str = ""
    filled: int = 0
    different: int = 0
    unknown_dates: frozenset[str] = frozenset()


def guess_column(values: Iterable[str], is_flag: bool = False) -> ColumnGuess:
    """Return the type of all values that are not empty; `is_flag`: the name is that of a flag."""
    filled = [value for value in values if value]
    different = set(filled)
    type_, text_format, remark = _type(different, is_flag)
    unknown: frozenset[str] = frozenset()
    if type_ in ("date", "timestamptz") and not text_format:
        unknown = frozenset({value[:10] for value in different} & {*UNKNOWN_DATES})
    return ColumnGuess(type_, text_format, remark, len(filled), len(different), unknown)


def looks_like_data(value: str) -> bool:
    """Return whether a text is a value (a number, a date, …) and so not a heading."""
    return bool(value) and _type({value}, is_flag=False)[0] != "text"


def _type(values: set[str], is_flag: bool) -> tuple[str, str, str]:
    if not values:
        return "text", "", "never filled"
    for guess in (_boolean, _whole, _date, _time, _number):
        found = guess(values, is_flag)
        if found is not None:
            return found
    if _all(_UUID.fullmatch, values):
        return "uuid", "", ""
    return "text", "", ""


def _all(fits: Callable[[str], object], values: set[str]) -> bool:
    return all(map(fits, values))


def _boolean(values: set[str], is_flag: bool) -> tuple[str, str, str] | None:
    if is_flag and values <= {"0", "1"}:
        return "boolean", "", ""
    fitting = [one for one in _BOOLEANS if values <= {*one.split("/")}]
    if fitting and (len(values) == 2 or is_flag or "true/false" in fitting):
        return "boolean", fitting[0], ""
    return None


def _whole(values: set[str], is_flag: bool) -> tuple[str, str, str] | None:
    if not _all(_WHOLE.fullmatch, values) or "-0" in values:
        return None
    if len(values) > 1 and _all(lambda value: len(value) == 8 and _is_day(value), values):
        return "date", "YYYYMMDD", "numbers of eight digits that are all valid dates"
    greatest = max(abs(int(value)) for value in values)
    for name, bits in _INTEGERS:
        if greatest < 2**bits // (10 if name == "integer" else 1):
            return name, "", ""
    return "text", "", "digits, too many for a number"


def _is_day(value: str) -> bool:
    return "1900" <= value[:4] <= "2100" and _fits(value, "%Y%m%d", value)


def _date(values: set[str], is_flag: bool) -> tuple[str, str, str] | None:
    if _all(_MIDNIGHT.fullmatch, values) and _fitting({value[:10] for value in values}) == [
        "YYYY-MM-DD"
    ]:
        return "date", "", "always midnight"
    fitting = _fitting(values)
    if not fitting:
        return None
    remark = f"{' and '.join(fitting)} both fit" if len(fitting) > 1 else ""
    return "date", "" if fitting[0] == "YYYY-MM-DD" else fitting[0], remark


def _time(values: set[str], is_flag: bool) -> tuple[str, str, str] | None:
    for ending, pattern in _TIMES.items():
        found = [re.fullmatch(f"([-/.0-9]{{8,10}}){pattern}", value) for value in values]
        days = {match[1] for match in found if match}
        fitting = _fitting(days) if all(found) else []
        if fitting:
            remark = f"{' and '.join(fitting)} both fit" if len(fitting) > 1 else ""
            is_documented = (fitting[0], ending) == ("YYYY-MM-DD", " HH24:MI:SS")
            return "timestamptz", "" if is_documented else fitting[0] + ending, remark
    return None


def _fitting(values: set[str]) -> list[str]:
    return [
        name
        for name, python in _DATES.items()
        if all(len(value) == len(name) and _fits(value, python, name) for value in values)
    ]


def _fits(value: str, python: str, name: str) -> bool:
    try:
        return datetime.strptime(value, python).strftime(python) == value  # noqa: DTZ007 (a day)
    except ValueError:
        return False


def _number(values: set[str], is_flag: bool) -> tuple[str, str, str] | None:
    text_format, point = "", "."
    if not _all(_DECIMAL.fullmatch, values):
        text_format, point = "decimal comma", ","
        if not _all(_COMMA.fullmatch, values):
            return None
    if point == "." and any(re.match(r"-?0[0-9]", value) for value in values):
        return None  # leading zeros: a code
    parts = [value.lstrip("-").partition(point) for value in values]
    scale = max(len(decimals) for _, _, decimals in parts)
    digits = max(len(whole) for whole, _, _ in parts)
    if scale > 6:
        return "numeric", text_format, ""
    return f"numeric({max(12, digits + scale + 3)},{scale})", text_format, ""
