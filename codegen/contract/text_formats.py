"""Text formats besides the documented one of a type: their syntax and what they accept."""

from __future__ import annotations

import re

DECIMAL_COMMA = "decimal comma"

_DATE = r"(?P<date>(?:YYYY|MM|DD)(?P<first>[-/. ]?)(?:YYYY|MM|DD)(?P<second>[-/. ]?)(?:YYYY|MM|DD))"
_DATE_FORMAT = re.compile(_DATE)
#: Groups: `date` (with `first` and `second` separator), `between`, `seconds`, `zone`.
TIME_FORMAT = re.compile(_DATE + r"(?P<between>[ T])HH24:MI(?P<seconds>:SS)?(?P<zone>Z|TZH:TZM)?")
_BOOLEAN_FORMAT = re.compile(r"(?P<true>[^/]+)/(?P<false>[^/]+)")

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
    found = (_DATE_FORMAT if base_type == "date" else TIME_FORMAT).fullmatch(text)
    if found and all(part in found["date"] for part in ("YYYY", "MM", "DD")):
        return ""
    example = next(example for name, _, example, _ in FORMATS if name == base_type)
    return f"'{text}' is not a format of {base_type}, such as {example}"


def boolean_texts(text_format: str) -> tuple[str, str]:
    """Return the texts of true and false."""
    true, _, false = text_format.partition("/")
    return true, false
