"""Text formats of dates and times in the notations of Java (ODCS) and Python (Frictionless)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from codegen.contract.text_formats import format_problem

DOCUMENTED = {"date": "YYYY-MM-DD", "timestamptz": "YYYY-MM-DD HH24:MI:SS"}

_OURS = re.compile(r"YYYY|MM|DD|HH24|MI|SS|TZH:TZM|.")
_JAVA = {"YYYY": "yyyy", "MM": "MM", "DD": "dd", "HH24": "HH", "MI": "mm", "SS": "ss",
         "TZH:TZM": "XXX", "T": "'T'", "Z": "'Z'"}  # fmt: skip
_PYTHON = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "MI": "%M", "SS": "%S",
           "TZH:TZM": "%z"}  # fmt: skip


def to_java(text_format: str) -> str:
    """Write a format in the notation of java.time's DateTimeFormatter."""
    return _OURS.sub(lambda part: _JAVA.get(part[0], part[0]), text_format)


def to_python(text_format: str) -> str:
    """Write a format in the notation of strptime."""
    return _OURS.sub(lambda part: _PYTHON.get(part[0], part[0]), text_format)


def from_java(base_type: str, text: str) -> str | None:
    """Return the format as contracts write it; None: it is the documented one, or there is none."""
    return _back(base_type, text, _JAVA, r"yyyy|MM|dd|HH|mm|ss|XXX|'[TZ]'|.")


def from_python(base_type: str, text: str) -> str | None:
    """Return the format as contracts write it; None: it is the documented one, or there is none."""
    return _back(base_type, text, _PYTHON, r"%[A-Za-z]|.")


def _back(base_type: str, text: str, words: Mapping[str, str], tokens: str) -> str | None:
    ours = {theirs: word for word, theirs in words.items()}
    found = re.sub(tokens, lambda part: ours.get(part[0], part[0]), text)
    if found == DOCUMENTED.get(base_type) or format_problem(base_type, found):
        return None
    return found
