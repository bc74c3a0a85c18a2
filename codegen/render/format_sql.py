"""The SQL that reads a field whose text format is not the default format of its type.

A text is cut at fixed places and rearranged in the default format, which the checks of the types
(`etl.is_date`, `etl.is_local_time`, …) then read. So a wrong text is rejected, and never altered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codegen.contract.text_formats import TIME_FORMAT
from codegen.render.sqltext import literal

_ISO_DATE = "YYYY-MM-DD"
_OFFSET = r"^[-+](?:0[0-9]|1[0-5]):[0-5][0-9]$"
_ZONE_LENGTHS = {"Z": 1, "TZH:TZM": 6}


@dataclass(frozen=True)
class FormatSql:
    """SQL over the text of a field: `text` in the default format, and further `conditions`.

    `zone` is an expression for the zone of a time that is not local; empty if the time is local.
    """

    text: str
    conditions: tuple[str, ...] = ()
    zone: str = ""


def format_sql(base_type: str, text_format: str, field: str) -> FormatSql:
    """Return the SQL that reads a field of a date, time or number in this format."""
    if base_type == "numeric":
        return FormatSql(f"translate({field}, ',', '.')", (f"{field} NOT LIKE '%.%'",))
    if base_type == "date":
        return FormatSql(_iso_date(text_format, field), (f"{field} LIKE {_like(text_format)}",))
    return _time_sql(text_format, field)


def _time_sql(text_format: str, field: str) -> FormatSql:
    found = TIME_FORMAT.fullmatch(text_format)
    if found is None:  # the checks of contracts refuse it
        raise ValueError(f"{text_format} is not a format of times")
    date, zone = found["date"], found["zone"] or ""
    seconds, between = found["seconds"], found["between"]
    # Few operations: with more than ten, the planner no longer inlines the checks of the types.
    time = f"substr({field}, {len(date) + (2 if between == 'T' else 1)})"
    if zone:
        time = f"left({time}, -{_ZONE_LENGTHS[zone]})"
    if not seconds:
        time += " || ':00'"
    ending = {"": "%" if seconds else "", "Z": "%Z", "TZH:TZM": "%"}[zone]
    conditions = [f"{field} LIKE {_like(f'{date}{between}__:__{ending}')}"]
    if zone == "TZH:TZM":
        conditions.append(f"right({field}, 6) ~ {literal(_OFFSET)}")
    return FormatSql(
        f"{_iso_date(date, field)} || " + ("' ' || " if between == "T" else "") + time,
        tuple(conditions),
        {"": "", "Z": "'Z'", "TZH:TZM": f"right({field}, 6)"}[zone],
    )


def _like(pattern: str) -> str:
    return literal(re.sub("YYYY|MM|DD", lambda part: "_" * len(part[0]), pattern))


def _iso_date(text_format: str, field: str) -> str:
    if text_format == _ISO_DATE:
        return f"left({field}, {len(_ISO_DATE)})"
    starts = {part: text_format.index(part) + 1 for part in ("YYYY", "MM", "DD")}
    parts = [f"substr({field}, {start}, {len(part)})" for part, start in starts.items()]
    return " || '-' || ".join(parts)
