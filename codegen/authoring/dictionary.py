"""The data dictionary of a source: one HTML page, written to docs/dictionary by `make codegen`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from codegen.contract.file_shapes import interval
from codegen.contract.loading import load_feed, source_folders
from codegen.contract.model import Column, Feed
from codegen.render.extract_lists import ExtractLists
from codegen.render.sqltext import TEMPLATES

_TRACKED = {"history": "with history", "latest": "newest value", False: "changes are ignored"}


@dataclass(frozen=True)
class Entry:
    """One column of a file as the dictionary shows it."""

    column: Column
    position: int
    facts: tuple[str, ...]
    in_core: str
    description: str


@dataclass(frozen=True)
class Page:
    """One extract as the dictionary shows it."""

    x: ExtractLists
    entries: tuple[Entry, ...]
    key: tuple[str, ...]


def dictionaries(contracts: Path) -> dict[str, str]:
    """Return the pages by file name. Raises ContractErrors."""
    feeds = [load_feed(folder) for folder in source_folders(contracts)]
    return {f"{feed.source.source}.html": dictionary(feed) for feed in feeds}


def dictionary(feed: Feed) -> str:
    """Return the page of one source."""
    pages = [_page(feed, ExtractLists(feed, one, "")) for one in feed.extracts]
    text = _environment().get_template("dictionary.html.j2").render(feed=feed, pages=pages)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def _page(feed: Feed, x: ExtractLists) -> Page:
    entries = tuple(
        _entry(feed, x, column, position) for position, column in enumerate(x.extract.columns, 1)
    )
    return Page(x, entries, tuple(column.name for column in x.key))


def _entry(feed: Feed, x: ExtractLists, column: Column, position: int) -> Entry:
    facts = []
    if column.is_key:
        facts.append("key")
    elif column.is_required:
        facts.append("required")
    if column.domain is not None:
        unknown = feed.source.domains[column.domain].unknown
        facts.append(
            f"domain {column.domain}" + (", other values pass" if unknown == "pass" else "")
        )
    if column.check is not None:
        facts.append(f"check: {column.check}")
    when = interval(column)
    if when.since is not None:
        facts.append(f"in files from {when.since}")
    if when.until is not None:
        facts.append(f"in files before {when.until}")
    description = x.describe_core(column) if column.in_core else x.describe(column)
    return Entry(column, position, tuple(facts), _in_core(x, column), description)


def _in_core(x: ExtractLists, column: Column) -> str:
    if not column.in_core:
        return "dropped"
    if column.is_key:
        return "value"
    kind = "pseudonym" if column.is_pseudonymised else "mapped" if column.domain else "value"
    return f"{kind}, {_TRACKED[column.tracked]}" if x.extract.is_dimension else kind


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
