"""Start a source from sample files: write contracts, which a person then reviews."""

from __future__ import annotations

import re
from pathlib import Path

from codegen.authoring.newsource.dialects import NoDialectError
from codegen.authoring.newsource.drafting import NothingToRead, draft_source
from codegen.contract.errors import ContractErrors
from codegen.contract.loading import (
    CONTRACTS,
    SCHEMA_FOLDER,
    load_feed_with_warnings,
    source_folders,
)
from codegen.contract.schema import write_json_schemas

__all__ = ["NotStarted", "draft_source", "write_source"]


class NotStarted(Exception):  # noqa: N818 (a refusal)
    """A source cannot be started; the text gives the reason."""


def write_source(
    source: str, samples: list[Path], contracts: Path, timezone: str, rows: int
) -> list[str]:
    """Write the contracts of a new source and return lines about them.

    Raises:
        NotStarted: the source exists already, or the samples cannot be read.
    """
    folder = contracts / source
    if not re.fullmatch("[a-z][a-z0-9_]*", source):
        raise NotStarted(f"'{source}' is not a name: write lower-case letters, digits and _")
    if folder.exists():
        raise NotStarted(f"{folder} exists already: choose another name, or remove it")
    taken = [p.stem for other in source_folders(contracts) for p in other.glob("*.yml")]
    try:
        texts = draft_source(source, samples, timezone, rows, taken)
    except (NoDialectError, NothingToRead) as error:
        raise NotStarted(f"{error}: give other samples, or write the contracts by hand") from error
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    if not (contracts / SCHEMA_FOLDER).exists():
        write_json_schemas(contracts / SCHEMA_FOLDER)  # editors find them through the contracts
    said = [f"{folder / name}: {text.count(chr(10))} lines" for name, text in texts.items()]
    try:
        loaded = load_feed_with_warnings(folder)
    except ContractErrors as errors:
        return [*said, *map(str, errors.faults), "correct these faults, and review the rest"]
    said += [f"warning: {warning}" for warning in loaded.warnings]
    return [*said, f"review them, comment by comment; then run {_next_commands(contracts)}"]


def _next_commands(contracts: Path) -> str:
    """Return the commands that make a database from reviewed contracts."""
    if contracts == CONTRACTS:
        return "make codegen and make migration"
    migrations = contracts.parent / "migrations"
    return f'make migration ARGS="initial --contracts {contracts} --migrations {migrations}"'
