"""Text formats besides the documented one of a type: what they accept, and the SQL that reads them.

SQL cuts a text at fixed places and writes it in the documented format. So the checks of the types
(`etl.is_date`, `etl.is_local_time`, …) also hold for it, and nothing is altered silently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codegen.render.sqltext import literal

DECIMAL_COMMA = "decimal comma"

_DATE = r"(?P<date>(?:YYYY|MM|DD)(?P<first>[-/. ]?)(?:YYYY|MM|DD)(?P<second>[-/. ]?)(?:YYYY|MM|DD))"
_DATE_FORMAT = re.compile(_DATE)
_TIME_FORMAT = re.compile(_DATE + r"(?P<between>[ T])HH24:MI(?P<seconds>:SS)?(?P<zone>Z|TZH:TZM)?")
_BOOLEAN_FORMAT = re.compile(r"(?P<true>[^/]+)/(?P<false>[^/]+)")
_ISO_DATE = "YYYY-MM-DD"
_OFFSET = r"^[-+](?:0[0-9]|1[0-5]):[0-5][0-9]$"
_ZONE_LENGTHS = {"Z": 1, "TZH:TZM": 6}

#: Type, syntax of a format, an example of a format, and a text that the example accepts.
FORMATS: tuple[tuple[str, str, str, str], ...] = (
    (
        "date",
        "`YYYY`, `MM` and `DD`, each once in any order, with nothing or one of `-/. ` between them",
        "DD/MM/YYYY",
        "21/07/2025",
    ),
    (
        "timestamptz",
        (
            "a date format, a blank or `T`, then `HH24:MI` or `HH24:MI:SS` (with up to six"
            " decimals); alone it is a local time of the source, with `Z` a time in UTC, with"
            " `TZH:TZM` a time with its offset"
        ),
        "YYYY-MM-DDTHH24:MI:SSZ",
        "2025-07-21T03:36:52Z",
    ),
    ("boolean", "the text for true, `/`, the text for false, both as written", "Y/N", "Y"),
    (
        "numeric, numeric(p,s)",
        "`decimal comma`: a comma instead of the point",
        DECIMAL_COMMA,
        "-3,20",
    ),
)
FORMATS_REMEDY = "see Types in docs/contracts.md"
FORMATTED_TYPES = ("boolean", "date", "numeric", "timestamptz")


def format_problem(base_type: str, text: str) -> str:
    """Return the fault of a format for a type; '': there is none."""
    if base_type not in FORMATTED_TYPES:
        return f"{base_type} has one text format only"
    if base_type == "numeric":
        return "" if text == DECIMAL_COMMA else f"'{text}' is not {DECIMAL_COMMA}"
    if base_type == "boolean":
        found = _BOOLEAN_FORMAT.fullmatch(text)
        if found and found["true"] != found["false"]:
            return ""
        return f"'{text}' is not two different texts, such as Y/N"
    found = (_DATE_FORMAT if base_type == "date" else _TIME_FORMAT).fullmatch(text)
    if found and all(part in found["date"] for part in ("YYYY", "MM", "DD")):
        return ""
    example = next(example for name, _, example, _ in FORMATS if name == base_type)
    return f"'{text}' is not a format of {base_type}, such as {example}"


@dataclass(frozen=True)
class FormatSql:
    """SQL over the text of a field: `text` in the documented format, and conditions that must hold.

    `zone` is an expression for the offset after a time that is not local, else ''.
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
    found = _TIME_FORMAT.fullmatch(text_format)
    if found is None:  # the checks of contracts refuse such a format
        raise ValueError(f"{text_format} is not a format of times")
    date, zone = found["date"], found["zone"] or ""
    seconds, between = found["seconds"], found["between"]
    # Keep it short: with more than ten operations the planner does not inline the type checks.
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


def boolean_texts(text_format: str) -> tuple[str, str]:
    """Return the texts of true and false."""
    true, _, false = text_format.partition("/")
    return true, false


def _like(pattern: str) -> str:
    return literal(re.sub("YYYY|MM|DD", lambda part: "_" * len(part[0]), pattern))


def _iso_date(text_format: str, field: str) -> str:
    if text_format == _ISO_DATE:
        return f"left({field}, {len(_ISO_DATE)})"
    starts = {part: text_format.index(part) + 1 for part in ("YYYY", "MM", "DD")}
    parts = [f"substr({field}, {start}, {len(part)})" for part, start in starts.items()]
    return " || '-' || ".join(parts)
