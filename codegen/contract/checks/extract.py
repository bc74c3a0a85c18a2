"""Checks of one extract, alone and against its source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codegen.contract.checks.expression import expression_problems
from codegen.contract.checks.finding import Finding
from codegen.contract.checks.intervals import check_layout
from codegen.contract.checks.source import repeated
from codegen.contract.column_types import (
    KEY_TYPES,
    MAX_NUMERIC_PRECISION,
    TYPE_CHOICES,
    TYPE_NAMES,
    is_type,
    numeric_limits,
)
from codegen.contract.model import Column, Extract, Source
from codegen.contract.patterns import FILE_TYPE
from codegen.contract.text_formats import FORMATS_REMEDY, format_problem
from codegen.contract.yaml_faults import Shaped, close, either
from codegen.contract.yamltext import Location

MAX_IDENTIFIER = 63

#: Columns that rawcore itself adds in raw, stg or core.
OWN_COLUMNS = re.compile(
    "load_run_file_id|line_no|load_run_id|date_extracted|row_hash|absent_since|effective_from"
    "|effective_to|is_current|deleted_at|s3_bucket|s3_key|s3_version_id|file_hash|extract_type"
    "|load_ts"
)
#: The words of `allow`, and whether a column follows.
ALLOWED = {"drop": True, "unpublish": True, "retype": True, "rekey": False, "republish": False}
SYSTEM_COLUMNS = re.compile("tableoid|xmin|cmin|xmax|cmax|ctid")


def check_extract(
    extract: Extract, stem: str, source: Shaped | None, shaped: Shaped
) -> Iterator[Finding]:
    """Find the faults inside the file `<stem>.yml`; `source` is None if it cannot be read."""
    model: Source | None = source.model if source else None
    if extract.extract != stem:
        problem = f"the extract is called '{extract.extract}' and its file '{stem}.yml'"
        yield Finding(("extract",), problem, "give both the same name")
    yield from repeated(("file_types",), extract.file_types)
    for index, spelling in enumerate(extract.file_types):
        if not re.fullmatch(FILE_TYPE, spelling):
            problem = f"'{spelling}' cannot be part of a file name"
            remedy = "use letters, and _ or - between them"
            yield Finding(("file_types", index), problem, remedy)
    yield from _identifiers(extract)
    yield from _column_names(extract)
    for index, text in enumerate(extract.allow):
        word, _, name = text.partition(" ")
        if word not in ALLOWED or ALLOWED[word] != bool(name):
            forms = [f"{form} COLUMN" if wants else form for form, wants in ALLOWED.items()]
            problem = f"'{text}' is not something that `allow` can permit"
            yield Finding(("allow", index), problem, f"write {either(forms)}")
    for index, column in enumerate(extract.columns):
        yield from _type(("columns", index, "type"), column.type)
        if not shaped.doubts(("columns", index, "type")) and is_type(column.type):
            yield from _privacy(("columns", index, "pii"), column, extract, model)
            yield from _domain(("columns", index, "domain"), column, source)
            yield from _format(("columns", index), column, extract, model)
    yield from check_layout(extract, _tenant(source))
    if not _names_in_doubt(shaped):
        yield from _uses_of_columns(extract, model, source)


def _tenant(source: Shaped | None) -> Sequence[str]:
    """Return the tenant columns that are known."""
    if source is None or source.model is None or source.doubts_below(("tenant",)):
        return ()
    tenant: Sequence[str] = source.model.tenant
    return tenant


def _names_in_doubt(shaped: Shaped) -> bool:
    """Return whether a column may seem to be missing only because its name is faulty."""
    return any(
        place[0] == "columns" and (len(place) < 3 or place[2] == "name")
        for place in shaped.doubtful
        if place
    )


def _identifiers(extract: Extract) -> Iterator[Finding]:
    name = extract.extract
    for path, identifier in (
        (("extract",), f"rejects_{name}"),
        (("entity",), extract.surrogate_key),
    ):
        if len(identifier) > MAX_IDENTIFIER:
            over = len(identifier) - MAX_IDENTIFIER
            problem = f"'{identifier}', derived from it, is {over} bytes too long"
            yield Finding(
                path, problem, f"choose a shorter name: PostgreSQL allows {MAX_IDENTIFIER} bytes"
            )


def _column_names(extract: Extract) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, column in enumerate(extract.columns):
        path = ("columns", index, "name")
        name = column.name
        if name in first:
            continue
        first[name] = index
        own = OWN_COLUMNS.fullmatch(name)
        if own or SYSTEM_COLUMNS.fullmatch(name):
            owner = "rawcore" if own else "PostgreSQL"
            remedy = f"choose another name, such as source_{name}"
            yield Finding(path, f"{owner} itself has a column '{name}'", remedy)
        if column.renamed_from in extract.column_names:
            problem = f"'{column.renamed_from}' is still a column"
            remedy = "name the column that no longer exists, or remove renamed_from"
            yield Finding(("columns", index, "renamed_from"), problem, remedy)
    if extract.surrogate_key in first:
        problem = f"the surrogate key '{extract.surrogate_key}' is also a column"
        yield Finding(("entity",), problem, "give the entity, or the column, another name")


def _type(path: Location, text: str) -> Iterator[Finding]:
    if not is_type(text):
        problem, suggestion = f"'{text}' is not a type", TYPE_NAMES.get(text.strip().lower(), "")
        suggestion = suggestion or close(text.partition("(")[0], TYPE_CHOICES)
        yield Finding(path, problem, f"use one of {', '.join(TYPE_CHOICES)}", suggestion)
        return
    limits = numeric_limits(text)
    if limits and not 1 <= limits[0] <= MAX_NUMERIC_PRECISION:
        yield Finding(
            path, f"{text} has an impossible precision", f"use 1 to {MAX_NUMERIC_PRECISION}"
        )
    elif limits and limits[1] > limits[0]:
        problem = f"{text} has more decimals than digits"
        yield Finding(path, problem, "write numeric(digits,decimals), such as numeric(12,2)")


def _privacy(
    path: Location, column: Column, extract: Extract, source: Source | None
) -> Iterator[Finding]:
    keys = (*extract.natural_key, *(source.tenant if source else ()))
    if column.name in keys and column.pii in ("drop", "pseudonymise"):
        problem = f"the key column '{column.name}' cannot be pii: {column.pii}"
        yield Finding(path, problem, "write keep, or choose another key: core needs its keys")
    elif column.pii == "pseudonymise" and column.type != "text":
        problem = f"'{column.name}' is of type {column.type}, and a pseudonym is a text"
        yield Finding(path, problem, "make the column text, or write drop or keep")
    elif column.pii == "pseudonymise" and column.domain is not None:
        problem = f"'{column.name}' has a domain, whose values are no personal data"
        yield Finding(path, problem, "write drop or keep, or remove the domain")


def _format(
    path: Location, column: Column, extract: Extract, source: Source | None
) -> Iterator[Finding]:
    problem = format_problem(column.base_type, column.format) if column.format else ""
    if problem:
        yield Finding((*path, "format"), problem, FORMATS_REMEDY)
    text_format = column.format or (source.formats.get(column.base_type) if source else None)
    if text_format is not None and column.name in extract.natural_key:
        problem = f"the key column '{column.name}' would have the format {text_format}"
        remedy = "choose another key, or make it text: a key has one text for each value"
        yield Finding((*path, "format" if column.format else "type"), problem, remedy)


def _domain(path: Location, column: Column, source: Shaped | None) -> Iterator[Finding]:
    if column.domain is None:
        return
    if column.type != "text":
        problem = f"'{column.name}' is of type {column.type}, and only text has a domain"
        yield Finding(path, problem, "make the column text, or remove the domain")
    if source is None or source.model is None or source.doubts_below(("domains",)):
        return
    known = sorted(source.model.domains)
    if column.domain not in known:
        remedy = f"use {either(known)}" if known else "source.yml has no domains"
        problem = f"'{column.domain}' is not a domain of source.yml"
        yield Finding(path, problem, remedy, close(column.domain, known))


def _uses_of_columns(
    extract: Extract, source: Source | None, shaped_source: Shaped | None
) -> Iterator[Finding]:
    columns = {column.name: column for column in extract.columns}
    tenant = _tenant(shaped_source)
    if source is not None and shaped_source is not None:
        yield from _tenant_columns(columns, tenant)
        if not (extract.natural_key or tenant or shaped_source.doubts_below(("tenant",))):
            remedy = "name the columns that identify a row: the source has no tenant columns either"
            yield Finding(("natural_key",), "there is no key", remedy)
    yield from repeated(("natural_key",), extract.natural_key)
    yield from repeated(("dedupe",), extract.dedupe)
    for index, name in enumerate(extract.natural_key):
        path = ("natural_key", index)
        if name in tenant:
            problem = f"'{name}' is a tenant column"
            yield Finding(path, problem, "remove it: tenant columns are part of every key already")
        elif name not in columns:
            yield no_column(path, name, extract)
        elif is_type(columns[name].type) and columns[name].base_type not in KEY_TYPES:
            problem = f"'{name}' is {columns[name].type}, which has several texts for one value"
            yield Finding(path, problem, f"a key column is {either(KEY_TYPES)}")
    for index, name in enumerate(extract.dedupe):
        if name not in columns:
            yield no_column(("dedupe", index), name, extract)
    for index, column in enumerate(extract.columns):
        if column.check is not None:
            for problem, remedy, suggestion in expression_problems(column.check, columns):
                yield Finding(("columns", index, "check"), problem, remedy, suggestion)


def _tenant_columns(columns: dict[str, Column], tenant: Sequence[str]) -> Iterator[Finding]:
    for name in tenant:
        if name not in columns:
            problem = f"the tenant column '{name}' is missing"
            remedy = "add it: every extract of the source needs it, under this name"
            yield Finding(("columns",), problem, remedy, close(name, [*columns]))
        elif columns[name].type != "text":
            index = [*columns].index(name)
            problem = f"the tenant column '{name}' is {columns[name].type}"
            remedy = "write type: text, so that leading zeros of the file name are kept"
            yield Finding(("columns", index, "type"), problem, remedy)


def no_column(path: Location, name: str, extract: Extract) -> Finding:
    """Return the finding that an extract has no column of this name."""
    remedy = "use the name of one of its columns"
    problem = f"'{name}' is not a column of {extract.extract}"
    return Finding(path, problem, remedy, close(name, extract.column_names))
