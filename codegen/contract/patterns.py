"""The language of file-name patterns: text and placeholders such as {date_extracted:YYMMDD}."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DATES = ("date_from", "date_to", "date_extracted")
PLACEHOLDERS = ("file_type", *DATES, "kind")
COMPRESSIONS = (".gz", ".zst")
DATE_PARTS = ("YYYY", "YY", "MM", "DD", "HH24", "MI", "SS")

FILE_TYPE = "[A-Za-z]+(?:[_-][A-Za-z]+)*"

_PART = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}|([^{}]+)|([{}])")
_DATE_PART = re.compile("|".join(DATE_PARTS))
_MAX_DIGITS = 30

PatternProblem = tuple[str, str]


@dataclass(frozen=True)
class NamePattern:
    """A pattern as a regular expression that means the same in PostgreSQL and in Python.

    Group n of `regex` holds `fields[n - 1]`; `formats` has the to_timestamp format of dates and
    None elsewhere.
    """

    regex: str
    fields: tuple[str, ...]
    formats: tuple[str | None, ...]


def name_pattern(pattern: str, endings: Sequence[str] = ("",)) -> NamePattern:
    """Translate a pattern; `pattern_problems` must have found no fault in it."""
    regex, fields, formats = "", [], []
    for name, argument, text, _ in _PART.findall(pattern):
        if text:
            regex += re.escape(text)
            continue
        fields.append(name)
        formats.append(argument if name in DATES else None)
        regex += f"({_regex_of(name, argument)})"
    ending = "|".join(re.escape(text) for text in endings)
    compression = "|".join(re.escape(text) for text in COMPRESSIONS)
    regex = f"(?i)^{regex}(?:{ending})(?:{compression})?$"
    return NamePattern(regex, tuple(fields), tuple(formats))


def _regex_of(name: str, argument: str) -> str:
    if name in DATES:
        return f"[0-9]{{{len(argument.replace('HH24', 'HH'))}}}"
    return {"file_type": FILE_TYPE, "kind": "full|delta"}.get(name, f"[0-9]{{{argument}}}")


def digits_of(pattern: str, tenant_column: str) -> int | None:
    """Return how many digits the pattern has for a tenant column; None: it lacks the column."""
    for name, argument, _, _ in _PART.findall(pattern):
        if name == tenant_column and argument.isdigit():
            return int(argument)
    return None


def pattern_problems(pattern: str, tenant: Sequence[str]) -> Iterator[PatternProblem]:
    """Yield each fault of a pattern, with its remedy."""
    known = (*tenant, *PLACEHOLDERS)
    seen: list[str] = []
    for name, argument, text, brace in _PART.findall(pattern):
        if brace:
            yield (
                f"a single {brace} is not a placeholder",
                "write placeholders as {name} or {name:format}",
            )
            return
        if text:
            if re.search(r"[/\\]", text):
                yield (
                    "a pattern holds a / or \\",
                    "leave the folder out: only what follows the last one in the key is matched",
                )
            continue
        if name not in known:
            yield f"{{{name}}} is not a placeholder", _known(known)
            continue
        if name in seen:
            yield f"{{{name}}} is there twice", "keep one of them"
        seen.append(name)
        yield from _argument_problems(name, argument, tenant)
    for name in ("file_type", "date_extracted", *tenant):
        if name not in seen:
            example = {"file_type": "{file_type}", "date_extracted": "{date_extracted:YYYYMMDD}"}
            yield f"{{{name}}} is missing", f"add {example.get(name, f'{{{name}:N}}')}"


def _known(known: Sequence[str]) -> str:
    return "use " + ", ".join(f"{{{name}}}" for name in known) + " or a column of tenant"


def _argument_problems(name: str, argument: str, tenant: Sequence[str]) -> Iterator[PatternProblem]:
    if name in tenant:
        if not argument.isascii() or not argument.isdigit():
            yield f"{{{name}}} has no number of digits", f"write {{{name}:6}} for six digits"
        elif not 1 <= int(argument) <= _MAX_DIGITS:
            yield f"{{{name}:{argument}}} is out of range", f"write 1 to {_MAX_DIGITS} digits"
    elif name in DATES:
        yield from _format_problems(name, argument)
    elif argument:
        yield f"{{{name}}} takes no format", f"write {{{name}}}"


def _format_problems(name: str, text: str) -> Iterator[PatternProblem]:
    parts = _DATE_PART.findall(text)
    remedy = "write the parts " + " ".join(DATE_PARTS) + ", as in YYYYMMDDHH24MI"
    if not text:
        yield f"{{{name}}} has no format", f"write {{{name}:YYYYMMDDHH24MI}}"
    elif "".join(parts) != text:
        rest = _DATE_PART.sub(" ", text).split()
        yield f"'{rest[0]}' is not a part of a date format", remedy
    elif len(set(parts)) < len(parts) or {"YYYY", "YY"} <= set(parts):
        yield f"the date format {text} has a part twice", remedy
    elif not {"MM", "DD"} <= set(parts) or not {"YYYY", "YY"} & set(parts):
        yield f"the date format {text} lacks year, month or day", remedy
    elif ("MI" in parts and "HH24" not in parts) or ("SS" in parts and "MI" not in parts):
        yield f"the date format {text} has a smaller unit without the greater one", remedy
