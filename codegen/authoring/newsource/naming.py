"""Names: patterns from file names, columns from headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from codegen.contract.checks.extract import OWN_COLUMNS, SYSTEM_COLUMNS
from codegen.contract.extract import singular
from codegen.contract.patterns import COMPRESSIONS

_PART = re.compile(r"[0-9]+|[A-Za-z]+(?:[_-][A-Za-z]+)*|[^0-9A-Za-z]+")
_DATES = {
    14: "YYYYMMDDHH24MISS",
    12: "YYYYMMDDHH24MI",
    8: "YYYYMMDD",
    10: "YYMMDDHH24MI",
    6: "YYMMDD",
}
_PYTHON = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 8: "%Y%m%d", 10: "%y%m%d%H%M", 6: "%y%m%d"}
_KINDS = ("full", "delta")
_DATE_NAMES = {1: ("date_extracted",), 2: ("date_to", "date_extracted"),
               3: ("date_from", "date_to", "date_extracted")}  # fmt: skip


@dataclass(frozen=True)
class FileName:
    """How the name of a sample is parsed; `pattern` is empty if the name has no date."""

    file_type: str
    pattern: str
    ending: str


def read_name(path: Path) -> FileName:
    """Return type, pattern and ending of a sample's name."""
    name = path.name
    for ending in COMPRESSIONS:
        name = name.removesuffix(ending)
    stem, dot, ending = name.rpartition(".")
    if not dot or not ending.isalpha():
        stem, dot, ending = name, "", ""
    parts = _PART.findall(stem)
    words = [part for part in parts if part[0].isalpha() and part.lower() not in _KINDS]
    words = [re.sub(r"[_-](?:full|delta)$", "", word, flags=re.IGNORECASE) for word in words]
    file_type = max(words, key=len, default="")
    dates = [part for part in parts if _is_date(part)]
    names = iter(_DATE_NAMES.get(len(dates), ()))
    pattern = ""
    for part in parts:
        if _is_date(part) and len(dates) <= len(_DATE_NAMES):
            pattern += f"{{{next(names)}:{_DATES[len(part)]}}}"
        elif part.startswith(file_type) and file_type:
            rest = part[len(file_type) :]
            pattern += "{file_type}" + re.sub("(?i)full|delta", "{kind}", rest)
        else:
            pattern += "{kind}" if part.lower() in _KINDS else part
    is_whole = file_type and 1 <= len(dates) <= len(_DATE_NAMES)
    return FileName(file_type, pattern if is_whole else "", f"{dot}{ending}")


def _is_date(part: str) -> bool:
    try:
        found = datetime.strptime(part, _PYTHON[len(part)])  # noqa: DTZ007 (a day)
    except (KeyError, ValueError):
        return False
    return 1990 <= found.year <= 2100


def snake(text: str) -> str:
    """Return a text as a name: `Date of Birth` and `DateOfBirth` become date_of_birth."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    name = re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")
    return name if name[:1].isalpha() else f"column_{name}".rstrip("_")


def column_names(headings: Iterable[str], entity: str) -> list[str]:
    """Return one distinct name for each heading; none is a column of rawcore's own."""
    names: list[str] = []
    for heading in headings:
        name = snake(heading)[:55]
        if OWN_COLUMNS.fullmatch(name) or SYSTEM_COLUMNS.fullmatch(name) or name == f"{entity}_key":
            name = f"source_{name}"
        number = 2
        unique = name
        while unique in names:
            unique, number = f"{name}_{number}", number + 1
        names.append(unique)
    return names


def entity_of(extract: str) -> str:
    """Return what one row of an extract is."""
    return singular(extract)
