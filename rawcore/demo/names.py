"""Compose file names by the patterns of a source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from codegen.contract.model import Extract, Source
from codegen.contract.patterns import digits_of

_PLACEHOLDER = re.compile(r"\{(\w+)(?::([^}]*))?\}")
_STRFTIME = {
    "YYYY": "%Y",
    "YY": "%y",
    "MM": "%m",
    "DD": "%d",
    "HH24": "%H",
    "MI": "%M",
    "SS": "%S",
}
_UPPER = 7  # one name in so many has its ending in upper case
_DATE_PART = re.compile("|".join(_STRFTIME))

Tenant = Mapping[str, str]


@dataclass(frozen=True)
class Span:
    """The interval and the DateExtracted of a file, in local time of the source."""

    date_from: datetime
    date_to: datetime
    date_extracted: datetime
    kind: str


def full_span(source: Source, extracted: datetime) -> Span:
    """Return the span of a full file: it begins long before the source's `full_before`."""
    limit = datetime.fromisoformat(source.full_before) if source.full_before else extracted
    return Span(limit - timedelta(days=3653), extracted - timedelta(minutes=20), extracted, "full")


def delta_span(extracted: datetime, days: int = 7) -> Span:
    """Return the span of a delta: it begins where the span of the delivery before ended."""
    before = extracted - timedelta(days=days)
    return Span(before, extracted - timedelta(minutes=20), extracted, "delta")


def file_name(source: Source, extract: Extract, tenant: Tenant, span: Span, turn: int) -> str:
    """Return a file name; `turn` chooses the pattern, the spelling and the ending."""
    patterns, endings = source.file_names.patterns, source.file_names.endings
    moments = {
        "date_from": span.date_from,
        "date_to": span.date_to,
        "date_extracted": span.date_extracted,
    }

    def filled(found: re.Match[str]) -> str:
        name, argument = found[1], found[2] or ""
        if name in moments:
            return moments[name].strftime(_DATE_PART.sub(lambda p: _STRFTIME[p[0]], argument))
        if name == "file_type":
            week = span.date_extracted.toordinal() // 7
            return extract.file_types[(turn + week) % len(extract.file_types)]
        return span.kind if name == "kind" else tenant[name]

    name = _PLACEHOLDER.sub(filled, patterns[turn % len(patterns)])
    ending = endings[turn // 2 % len(endings)]
    return name + (ending.upper() if turn % _UPPER == 0 else ending)


def known_tenants(source: Source, count: int) -> list[Tenant]:
    """Return the first tenants of the source; without tenant columns it has one empty tenant."""
    if not source.tenant:
        return [{}]
    known = [{name: tenant[name] for name in source.tenant} for tenant in source.tenants]
    while len(known) < count:
        known.append(unknown_tenant(source, known))
    return list(known[:count])


def unknown_tenant(source: Source, known: list[dict[str, str]]) -> dict[str, str]:
    """Return a tenant that differs from the known ones in its first column."""
    first = source.tenant[0]
    digits = {name: digits_of(source.file_names.patterns[0], name) or 1 for name in source.tenant}
    taken = {tenant[first] for tenant in (*source.tenants, *known)}
    number = 10 ** digits[first] - 1
    while f"{number:0{digits[first]}d}" in taken:
        number -= 1
    model = known[0] if known else {name: "1" * digits[name] for name in source.tenant}
    return {**model, first: f"{number:0{digits[first]}d}"}
