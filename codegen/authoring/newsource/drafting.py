"""Turn samples into contracts: a guess for each extract, written with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codegen.authoring.newsource.columns import guess_column
from codegen.authoring.newsource.dialects import DialectGuess, guess_dialect
from codegen.authoring.newsource.draft import Draft
from codegen.authoring.newsource.keys import guess_key, refers
from codegen.authoring.newsource.naming import FileName, column_names, entity_of, read_name, snake
from codegen.authoring.newsource.samples import read
from codegen.authoring.newsource.writing import extract_text, source_text


class NothingToRead(Exception):  # noqa: N818 (a refusal)
    """No contract can be made from a sample."""


def draft_source(
    source: str, paths: list[Path], timezone: str, limit: int, taken: Sequence[str] = ()
) -> dict[str, str]:
    """Return the contracts of a source by file name.

    `limit` rows of each sample are read; `taken` are names of extracts that other sources have.
    Raises NoDialectError, NothingToRead.
    """
    guess = guess_dialect(paths)
    names = {path: read_name(path) for path in paths}
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(snake(names[path].file_type or path.stem), []).append(path)
    drafts = [
        _draft(f"{source}_{name}" if name in taken else name, group, names, guess, limit)
        for name, group in groups.items()
    ]
    _relate(drafts)
    texts = {"source.yml": source_text(source, timezone, guess, list(names.values()), drafts)}
    return texts | {f"{draft.name}.yml": extract_text(draft) for draft in drafts}


def _draft(
    name: str, paths: list[Path], names: dict[Path, FileName], guess: DialectGuess, limit: int
) -> Draft:
    counts = {guess.columns[path] for path in paths}
    if len(counts) > 1:
        found = ", ".join(f"{path.name} {guess.columns[path]}" for path in paths)
        raise NothingToRead(f"the samples of {name} have different numbers of columns: {found}")
    rows: list[list[str]] = []
    bad, headings = 0, [f"Column {number}" for number in range(1, guess.columns[paths[0]] + 1)]
    for path in paths:
        plain = guess.without_header
        reading = read(path, plain, guess.columns[path], limit + 1)
        if reading.problem or not reading.rows:
            raise NothingToRead(f"{path.name}: {reading.problem or 'no row'}")
        if guess.dialect.header:
            headings = reading.rows[0]
        rows += reading.rows[1 if guess.dialect.header else 0 :]
        bad += reading.bad
    if not rows:
        raise NothingToRead(f"{paths[0].name} has a header but no row")
    columns_by_name = column_names(headings, entity_of(name))
    columns = [
        guess_column((row[place] for row in rows), one.startswith(("is_", "has_")))
        for place, one in enumerate(columns_by_name)
    ]
    key = guess_key(rows, columns, columns_by_name)
    types = list(dict.fromkeys(names[path].file_type or path.stem for path in paths))
    return Draft(
        name, types, paths, headings, columns_by_name, columns, key, rows, bad, guess.dialect.header
    )


def _relate(drafts: list[Draft]) -> None:
    """Find references by headings and values; an extract that others refer to is a dimension."""
    for target in drafts:
        if len(target.key.places) != 1 or target.key.repeated or not target.has_headings:
            continue
        place = target.key.places[0]
        values = {row[place] for row in target.rows}
        for draft in drafts:
            if draft is target or _leads_to(target, draft, drafts):
                continue
            found = refers(draft.rows, draft.names, target.names[place], values, target.entity)
            fitting = [n for n in found if draft.columns[n].type == target.columns[place].type]
            if fitting:
                draft.references.append((target.name, draft.names[fitting[0]]))
                target.is_dimension = True


def _leads_to(draft: Draft, wanted: Draft, drafts: list[Draft]) -> bool:
    by_name = {one.name: one for one in drafts}
    return any(
        by_name[name] is wanted or _leads_to(by_name[name], wanted, drafts)
        for name, _ in draft.references
    )
