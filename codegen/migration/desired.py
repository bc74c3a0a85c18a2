"""The desired state of the database: every object of engine and contracts, in creation order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen.contract.loading import CONTRACTS, load_feed, source_folders
from codegen.contract.model import Feed
from codegen.migration.facts import Facts, contract_facts
from codegen.render.objects import (
    SqlObject,
    engine_objects,
    engine_text,
    feed_objects,
    rejects_view,
)

_REFERENCE = re.compile(r"REFERENCES (etl\.\w+)")


@dataclass(frozen=True)
class Desired:
    """The database that contracts and sql/ describe.

    By source/extract (`allowed` also by source): facts, former names of columns with the new ones,
    and what the next migration may destroy.
    """

    objects: list[SqlObject]
    facts: Facts
    renames: dict[str, dict[str, str]]
    allowed: dict[str, tuple[str, ...]]


def desired_state(contracts: Path = CONTRACTS) -> Desired:
    """Return everything that contracts and sql/ describe.

    Raises:
        ContractErrors: contracts are faulty, and nothing is rendered.
    """
    feeds = [(load_feed(folder), folder) for folder in source_folders(contracts)]
    extracts = {
        f"{feed.source.source}/{extract.extract}": extract
        for feed, _ in feeds
        for extract in feed.extracts
    }
    return Desired(
        _objects(feeds),
        contract_facts(feed for feed, _ in feeds),
        {
            key: {c.renamed_from: c.name for c in extract.columns if c.renamed_from is not None}
            for key, extract in extracts.items()
        },
        {key: extract.allow for key, extract in extracts.items()}
        | {feed.source.source: feed.source.allow for feed, _ in feeds},
    )


def desired_objects(contracts: Path = CONTRACTS) -> list[SqlObject]:
    """Return all objects in the order in which they can be created.

    Raises:
        ContractErrors: contracts are faulty, and nothing is rendered.
    """
    return desired_state(contracts).objects


def _objects(feeds: list[tuple[Feed, Path]]) -> list[SqlObject]:
    engine = list(engine_objects())
    of_contracts = [made for feed, folder in feeds for made in feed_objects(feed, folder)]

    def kinds(objects: Iterable[SqlObject], *wanted: str) -> Iterator[SqlObject]:
        return (one for one in objects if one.kind in wanted)

    return [
        SqlObject("roles", "roles", engine_text("roles"), Path("roles/roles.sql")),
        *kinds(engine, "schema"),
        SqlObject(
            "privileges", "privileges", engine_text("privileges"), Path("roles/privileges.sql")
        ),
        *_by_reference(list(kinds(engine, "table"))),
        *kinds(engine, "function", "procedure"),
        *kinds(of_contracts, "table"),
        *kinds(of_contracts, "view", "function", "procedure"),
        *kinds(of_contracts, "data"),
        *kinds(of_contracts, "fingerprint"),
        *kinds(engine, "view"),
        rejects_view(feeds),
        SqlObject("grants", "grants", engine_text("grants"), Path("roles/grants.sql")),
    ]


def _by_reference(tables: list[SqlObject]) -> Iterator[SqlObject]:
    """Yield tables after the tables that they refer to, else by name."""
    waiting = {table.name: table for table in tables}
    while waiting:
        for name, table in list(waiting.items()):
            if (
                not {found for found in _REFERENCE.findall(table.sql) if found != name}
                & waiting.keys()
            ):
                yield waiting.pop(name)
