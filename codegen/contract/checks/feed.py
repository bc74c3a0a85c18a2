"""Checks between the files of a feed, and between feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from codegen.contract.checks.extract import no_column
from codegen.contract.checks.finding import Finding
from codegen.contract.column_types import is_type
from codegen.contract.model import Column, Extract, Feed, Reference
from codegen.contract.yaml_faults import Shaped, close, either
from codegen.contract.yamltext import Location

Shapes = Mapping[str, Shaped | None]

#: Relations of the engine in schema core, where contracts also name relations.
ENGINE_RELATIONS = {"core.files": "the view core.files"}
WHOLE_NUMBERS = ("smallint", "integer", "bigint")


def check_feed(feed: Feed, shapes: Shapes) -> Iterator[tuple[str, Finding]]:
    """Find the faults between the files of one feed; the name '' means source.yml."""
    for extract in feed.extracts:
        for index, reference in enumerate(extract.references):
            path: Location = ("references", index)
            for finding in _reference(path, reference, extract, feed, shapes):
                yield extract.extract, finding
        for finding in _reference_keys(extract, feed):
            yield extract.extract, finding
    yield from _same_twice(feed.extracts)
    yield from _relations(feed.extracts)
    yield from _cycles(feed)
    used = {column.domain for extract in feed.extracts for column in extract.columns}
    for name in sorted(set(feed.source.domains) - used):
        remedy = "remove it, or name it in a column"
        yield "", Finding(("domains", name), f"no column uses '{name}'", remedy, warning=True)


def check_between_feeds(
    feeds: Sequence[tuple[Path, Feed]],
) -> Iterator[tuple[Path, str, Finding]]:
    """Find names that two sources use: all sources share the schemas and the names of extracts."""
    extracts: dict[str, str] = {}
    relations: dict[str, str] = {}
    for folder, feed in feeds:
        source = feed.source.source
        for extract in feed.extracts:
            name = extract.extract
            if name in extracts:
                problem = f"the source {extracts[name]} has an extract '{name}' too"
                remedy = f"rename one of them, for example {source}_{name}"
                yield folder, name, Finding(("extract",), problem, remedy)
                continue
            for path, relation in _names(extract):
                if relation in relations:
                    problem = f"the source {relations[relation]} has '{relation}' too"
                    yield folder, name, Finding(path, problem, "give one of them another name")
            relations.update({relation: source for _, relation in _names(extract)})
            extracts[name] = source


def _names(extract: Extract) -> list[tuple[Location, str]]:
    name = extract.extract
    return [
        (("extract",), f"raw.{name}_raw"),
        (("extract",), f"raw.{name}"),
        (("core", "table"), f"core.{extract.core.table}"),
    ]


def _relations(extracts: Sequence[Extract]) -> Iterator[tuple[str, Finding]]:
    owners = dict(ENGINE_RELATIONS)
    for extract in extracts:
        for path, relation in _names(extract):
            if relation in owners:
                problem = f"'{relation}' is already {owners[relation]}"
                finding = Finding(path, problem, "give one of them another name")
                yield extract.extract, finding
            owners.setdefault(relation, f"a table or view of {extract.extract}")


def _same_twice(extracts: Sequence[Extract]) -> Iterator[tuple[str, Finding]]:
    spellings: dict[str, str] = {}
    entities: dict[str, str] = {}
    for extract in extracts:
        name = extract.extract
        for index, spelling in enumerate(extract.file_types):
            other = spellings.setdefault(spelling.lower(), name)
            if other != name:
                problem = f"'{spelling}' is a file type of {other} too"
                remedy = "give each spelling to one extract only; case does not matter"
                yield name, Finding(("file_types", index), problem, remedy)
        other = entities.setdefault(extract.entity, name)
        if other != name:
            problem = f"'{extract.entity}' is the entity of {other} too"
            yield name, Finding(("entity",), problem, "give each extract an entity of its own")


def _reference(
    path: Location, reference: Reference, extract: Extract, feed: Feed, shapes: Shapes
) -> Iterator[Finding]:
    known = {other.extract: other for other in feed.extracts}
    dimensions = [name for name, other in known.items() if other.is_dimension]
    name = reference.dimension
    unknown_columns = [c for c in reference.columns if c not in extract.column_names]
    if not _in_doubt(shapes, extract.extract, ("columns",)):
        for index, column in enumerate(reference.columns):
            if column in unknown_columns:
                yield no_column((*path, "columns", index), column, extract)
    if name not in known:
        if name not in shapes:
            problem = f"'{name}' is not an extract of this source"
            remedy = (
                f"use {either(dimensions)}" if dimensions else "the source has no dimension yet"
            )
            yield Finding((*path, "dimension"), problem, remedy, close(name, dimensions))
        return
    target = known[name]
    if not target.is_dimension and not _in_doubt(shapes, name, ("core",)):
        problem = f"'{name}' is a fact, and a reference needs a dimension"
        remedy = f"use {either(dimensions)}" if dimensions else "the source has no dimension yet"
        yield Finding((*path, "dimension"), problem, remedy)
    if _in_doubt(shapes, name, ("natural_key",)) or _in_doubt(shapes, name, ("columns",)):
        return
    if len(reference.columns) != len(target.natural_key):
        wanted = ", ".join(target.natural_key) or "none: the tenant is its key"
        problem = f"{_count(reference.columns)} for the key of {name}"
        remedy = f"it has {_count(target.natural_key)} ({wanted})"
        yield Finding((*path, "columns"), problem, remedy)
    elif not unknown_columns:
        yield from _reference_types(path, reference, extract, target)


def _count(columns: Sequence[str]) -> str:
    return f"{len(columns) or 'no'} column{'' if len(columns) == 1 else 's'}"


def _reference_types(
    path: Location, reference: Reference, extract: Extract, target: Extract
) -> Iterator[Finding]:
    for index, (name, key) in enumerate(zip(reference.columns, target.natural_key, strict=True)):
        if key not in target.column_names:
            continue
        column, key_column = extract.column(name), target.column(key)
        known = is_type(column.type) and is_type(key_column.type)
        if known and _family(column) != _family(key_column):
            problem = f"'{name}' is {column.type}, and {key} of {target.extract} is"
            problem += f" {key_column.type}"
            remedy = "the same key must have the same text: give both the same type"
            yield Finding((*path, "columns", index), problem, remedy)


def _family(column: Column) -> str:
    return "whole number" if column.type in WHOLE_NUMBERS else column.postgres_type


def _in_doubt(shapes: Shapes, name: str, location: Location) -> bool:
    shaped = shapes.get(name)
    return shaped is None or shaped.doubts_below(location)


def _reference_keys(extract: Extract, feed: Feed) -> Iterator[Finding]:
    entities = {other.extract: other.surrogate_key for other in feed.extracts}
    taken = {name: f"the column '{name}'" for name in extract.column_names}
    taken[extract.surrogate_key] = f"the surrogate key of {extract.extract} itself"
    for index, reference in enumerate(extract.references):
        key = reference.key or entities.get(reference.dimension)
        if key is None:
            continue
        path: Location = ("references", index)
        if key in taken:
            problem = f"the key column '{key}' would have the name of {taken[key]}"
            remedy = "give it another name with key:"
            yield Finding((*path, "key") if reference.key else path, problem, remedy)
        taken.setdefault(key, f"the key of references[{index}]")


def _cycles(feed: Feed) -> Iterator[tuple[str, Finding]]:
    known = {extract.extract for extract in feed.extracts}
    if any(r.dimension not in known for e in feed.extracts for r in e.references):
        return
    try:
        feed.load_order()
    except ValueError as error:
        name = str(error).rpartition(" → ")[2]
        remedy = "remove one reference: dimensions load before the extracts that refer to them"
        yield name, Finding(("references",), str(error), remedy)
