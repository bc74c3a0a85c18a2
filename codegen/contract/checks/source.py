"""Checks of `source.yml` by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from codegen.contract.checks.finding import Finding
from codegen.contract.file_shapes import is_date, is_local_time
from codegen.contract.model import Domain, Source
from codegen.contract.patterns import digits_of, pattern_problems
from codegen.contract.text_formats import FORMATS_REMEDY, format_problem
from codegen.contract.yaml_faults import Shaped, close, either
from codegen.contract.yamltext import Location

TENANT_NAME = "name"


def check_source(shaped: Shaped, folder: str) -> Iterator[Finding]:
    """Find the faults inside one source.yml, which is in a folder of this name."""
    source: Source = shaped.model
    if source.source != folder:
        yield Finding(
            ("source",),
            f"the source is called '{source.source}' and its folder '{folder}'",
            "give both the same name",
        )
    for index, text in enumerate(source.allow):
        if not text.startswith("drop "):
            problem = f"'{text}' is not something that `allow` can permit"
            yield Finding(("allow", index), problem, "write drop EXTRACT")
    yield from _separators(source)
    yield from _timezone(source)
    yield from _dates(source)
    for base_type, text in source.formats.items():
        if problem := format_problem(base_type, text):
            yield Finding(("formats", base_type), problem, FORMATS_REMEDY)
    if not shaped.doubts_below(("tenant",)):
        yield from repeated(("tenant",), source.tenant)
        yield from _tenants(source)
        yield from _file_names(source)
    for name, domain in source.domains.items():
        yield from _domain(("domains", name, "values"), domain)


def repeated(path: Location, values: Iterable[str], *, fold: bool = False) -> Iterator[Finding]:
    """Find values that a list has more than once."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        key = value.lower() if fold else value
        if key in seen:
            yield Finding((*path, index), f"'{value}' is listed twice", "keep one of them")
        seen.add(key)


def _separators(source: Source) -> Iterator[Finding]:
    dialect = source.dialect
    pair = {"field_separator": dialect.field_separator, "row_separator": dialect.row_separator}
    for key, text in pair.items():
        if not text:
            yield Finding(("dialect", key), "is empty", "write one or more characters")
        elif "\0" in text:
            yield Finding(
                ("dialect", key),
                "holds a NUL",
                "choose other characters: PostgreSQL cannot store a NUL",
            )
        elif dialect.encoding == "latin-1" and any(ord(c) > 255 for c in text):
            yield Finding(("dialect", key), f"'{text}' does not exist in latin-1", "check encoding")
        if dialect.quote and dialect.quote in text:
            yield Finding(("dialect", key), "holds the quote", "choose another quote, or none")
    field, row = pair.values()
    if field and row and (field in row or row in field):
        problem = f"the field separator {field!r} and the row separator {row!r} contain each other"
        remedy = "check both with the provider of the files: a row would end inside a separator"
        yield Finding(("dialect", "row_separator"), problem, remedy)


def _timezone(source: Source) -> Iterator[Finding]:
    name = source.timezone
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = f"'{name}' is not a time zone"
        remedy = "write an IANA name such as Pacific/Auckland"
        zones = sorted(available_timezones())
        tails = {zone.rpartition("/")[2].lower(): zone for zone in zones}
        last = re.split(r"[/ ]", name)[-1].lower()
        suggestion = close(name, zones) or tails.get(last, "")
        yield Finding(("timezone",), problem, remedy, suggestion)


def _dates(source: Source) -> Iterator[Finding]:
    yield from repeated(("null_dates",), source.null_dates)
    for index, text in enumerate(source.null_dates):
        if not is_date(text):
            yield Finding(
                ("null_dates", index), f"'{text}' is not a date", "write it as YYYY-MM-DD"
            )
    limit = source.full_before
    if limit is None or is_local_time(limit):
        return
    remedy = "write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, local time of the source, no offset"
    yield Finding(("full_before",), f"'{limit}' is neither a date nor a local time", remedy)


def _tenants(source: Source) -> Iterator[Finding]:
    allowed = (*source.tenant, TENANT_NAME)
    seen: set[tuple[str, ...]] = set()
    if TENANT_NAME in source.tenant:
        yield Finding(
            ("tenant", source.tenant.index(TENANT_NAME)),
            f"a tenant column cannot be called '{TENANT_NAME}'",
            "give the column another name: in `tenants` that key is the name for people",
        )
    for index, tenant in enumerate(source.tenants):
        path: Location = ("tenants", index)
        for key in tenant:
            if key not in allowed:
                yield Finding(
                    (*path, key),
                    f"'{key}' is not a tenant column",
                    f"use {either(allowed)}",
                    close(key, allowed),
                )
        for column in source.tenant:
            if column not in tenant:
                remedy = "give each tenant column a value"
                yield Finding((*path, column), "the tenant column is missing", remedy)
        values = tuple(tenant.get(column, "") for column in source.tenant)
        if values in seen:
            yield Finding(path, "the tenant is listed twice", "keep one of them")
        seen.add(values)
        yield from _tenant_digits(source, path, tenant)


def _tenant_digits(source: Source, path: Location, tenant: dict[str, str]) -> Iterator[Finding]:
    for column in source.tenant:
        lengths = {digits_of(p, column) for p in source.file_names.patterns} - {None}
        value = tenant.get(column)
        if value is None or not lengths:
            continue
        if not re.fullmatch(r"[0-9]+", value) or len(value) not in lengths:
            wanted = either([str(length) for length in sorted(filter(None, lengths))])
            problem = f"'{value}' can never be in a file name"
            yield Finding((*path, column), problem, f"write {wanted} digits, as the patterns do")


def _file_names(source: Source) -> Iterator[Finding]:
    names = source.file_names
    yield from repeated(("file_names", "patterns"), names.patterns)
    yield from repeated(("file_names", "endings"), names.endings, fold=True)
    for index, pattern in enumerate(names.patterns):
        path = ("file_names", "patterns", index)
        for problem, remedy in pattern_problems(pattern, source.tenant):
            known = re.findall(r"\{(\w+)\}", remedy)
            wrong = re.match(r"\{(.*)\} is not a placeholder", problem)
            yield Finding(path, problem, remedy, close(wrong[1], known) if wrong else "")


def _domain(path: Location, domain: Domain) -> Iterator[Finding]:
    if not domain.values and domain.unknown == "reject":
        yield Finding(
            path,
            "the list is empty, so every value would be rejected",
            "list values, or write unknown: pass",
        )
    seen: dict[str, str] = {}
    for value, target in domain.values.items():
        folded = value.strip().lower()
        if not folded:
            remedy = "remove it: an empty field is NULL and never looked up"
            yield Finding((*path, value), "a value of the file is empty", remedy)
        elif folded in seen:
            remedy = "keep one of them: values are compared trimmed, and case does not matter"
            yield Finding((*path, value), f"'{value}' is the same as '{seen[folded]}'", remedy)
        if not target.strip():
            remedy = "write the value that core should have"
            yield Finding((*path, value), f"'{value}' is mapped to an empty text", remedy)
        seen.setdefault(folded, value)
