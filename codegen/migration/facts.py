"""The facts of contracts, which migrations keep beside themselves, and changes of them in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from codegen.contract.file_shapes import local_time
from codegen.contract.model import Column, Extract, Feed
from codegen.render.extract_lists import ExtractLists
from codegen.render.sqltext import ident, substitute

FILE = "contracts.json"

#: Contents of contracts by `source` and `source/extract`, with every default written out.
Facts = dict[str, Any]

#: Keys of a column that change no value and no verdict.
_WORDS = frozenset({"name", "source"})
#: Keys of an extract that change nothing for files that are loaded.
_FREE = frozenset({"file_types", "full_load", "rules"})


def contract_facts(feeds: Iterable[Feed]) -> Facts:
    """Return the facts of feeds."""
    facts: Facts = {}
    for feed in feeds:
        source = feed.source
        facts[source.source] = {
            "tenant": list(source.tenant),
            "file_names": source.file_names.model_dump(mode="json"),
            "timezone": source.timezone,
            "null_dates": list(source.null_dates),
            "domains": {
                name: {value.strip().lower(): core for value, core in domain.values.items()}
                for name, domain in source.domains.items()
            },
        }
        for extract in feed.extracts:
            facts[f"{source.source}/{extract.extract}"] = _extract_facts(feed, extract)
    return facts


def _extract_facts(feed: Feed, extract: Extract) -> dict[str, Any]:
    domains, sql = feed.source.domains, ExtractLists(feed, extract, "")
    return {
        "file_types": list(extract.file_type_keys),
        "natural_key": list(extract.natural_key),
        "core": extract.core.model_dump(mode="json"),
        "entity": extract.entity,
        "references": [r.model_dump(mode="json") for r in extract.references],
        "dedupe": list(extract.dedupe),
        "full_load": extract.full_load,
        "timezone": feed.source.timezone,
        "null_dates": list(feed.source.null_dates),
        "unknown": {c.domain: domains[c.domain].unknown for c in extract.columns if c.domain},
        "rules": {
            shape.interval.since or "": sql.rules_hash(shape) for shape in extract.file_shapes
        },
        "columns": [_column_facts(column) for column in extract.columns],
    }


def _column_facts(column: Column) -> dict[str, Any]:
    said = column.model_dump(mode="json", exclude_none=True, exclude={"description", "unit"})
    said.pop("renamed_from", None)
    return said | {
        "type": column.postgres_type,
        "required": column.is_required,
        "pii": column.core_pii,
        **({"format": column.text_format} if column.text_format else {}),
    }


def migrated_facts(folder: Path) -> Facts:
    """Return the facts after the last migration of a folder."""
    facts: Facts = {}
    for path in sorted(folder.glob(f"*/{FILE}")):
        for name, said in json.loads(path.read_text()).items():
            if said is None:
                facts.pop(name, None)
            else:
                facts[name] = said
    return facts


def changed_facts(before: Facts, after: Facts) -> Facts:
    """Return the facts that a migration keeps: new or changed ones, and None for removed ones."""
    changed = {name: said for name, said in after.items() if before.get(name) != said}
    return {**changed, **{name: None for name in before if name not in after}}


def facts_text(facts: Facts) -> str:
    """Return facts as JSON with one column a line, so that a diff is readable."""
    entries = [f"{json.dumps(name)}: {_entry(said)}" for name, said in sorted(facts.items())]
    return "{\n" + ",\n".join(entries) + "\n}\n"


def _entry(said: dict[str, Any] | None) -> str:
    if said is None:
        return "null"
    lines = []
    for key, value in said.items():
        text = json.dumps(value, ensure_ascii=False)
        if key == "columns":
            rows = ",\n".join(f"    {json.dumps(one, ensure_ascii=False)}" for one in value)
            text = f"[\n{rows}\n  ]"
        lines.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}"


def same_verdicts(before: dict[str, Any], after: dict[str, Any], renames: dict[str, str]) -> bool:
    """Whether all values and verdicts of the loaded files are the same under both facts.

    They are if columns only have another name or place, or if a new column may be empty: it is NULL
    in every loaded row. Files from `boundary` on can differ.
    """
    old, new = _by_name(before, renames), _by_name(after, {})
    fresh = {
        name
        for name, entries in new["columns"].items()
        if name not in old["columns"] and all(_may_be_empty(entry) for entry in entries)
    }
    new["columns"] = {
        name: [_without_interval(entry) for entry in entries]
        for name, entries in new["columns"].items()
        if name not in fresh
    }
    old["columns"] = {
        name: [_without_interval(entry) for entry in entries]
        for name, entries in old["columns"].items()
    }
    for columns in (old["columns"], new["columns"]):
        for name, entries in columns.items():  # a column that moved has one entry for each place
            columns[name] = [one for n, one in enumerate(entries) if one not in entries[:n]]
    return old == new


def boundary(before: dict[str, Any], after: dict[str, Any]) -> str | None:
    """Return the first local time from which files have another shape than before."""
    old, new = (
        {local_time(c.get(key)) for c in said["columns"] for key in ("since", "until")}
        for said in (before, after)
    )
    return min((time for time in new - old if time is not None), default=None)


def _without_interval(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in ("since", "until")}


def _may_be_empty(column: dict[str, Any]) -> bool:
    plain = not column["required"] and "check" not in column and "domain" not in column
    return plain or "since" in column


def _by_name(said: dict[str, Any], renames: dict[str, str]) -> dict[str, Any]:
    """Return the facts that decide values and verdicts, with columns by their new names."""
    new = {old: ident(name) for old, name in renames.items()}

    def renamed(names: list[str]) -> list[str]:
        return [renames.get(name, name) for name in names]

    columns: dict[str, list[dict[str, Any]]] = {}
    for column in said["columns"]:
        kept = {key: value for key, value in column.items() if key not in _WORDS}
        if "check" in kept:
            kept["check"] = substitute(kept["check"], new)
        columns.setdefault(renames.get(column["name"], column["name"]), []).append(kept)
    return {
        **{key: value for key, value in said.items() if key not in _FREE},
        "natural_key": renamed(said["natural_key"]),
        "dedupe": renamed(said["dedupe"]),
        "references": [{**r, "columns": renamed(r["columns"])} for r in said["references"]],
        "columns": columns,
    }


def columns_by_name(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the columns of an extract by name; for several places, the first entry."""
    found: dict[str, dict[str, Any]] = {}
    for column in said["columns"]:
        found.setdefault(column["name"], column)
    return found


def changed_words(
    before: dict[str, Any], after: dict[str, Any], renames: dict[str, str]
) -> Iterator[str]:
    """Yield the changes between the facts of an extract, one line each."""
    old, new = columns_by_name(before), columns_by_name(after)
    former = {name: old_name for old_name, name in renames.items()}
    for name, column in new.items():
        was = old.get(former.get(name, name))
        if was is None:
            since = f" in files from {column['since']} on" if "since" in column else ""
            yield f"column {name} is new ({column['type']}){since}"
            continue
        if name in former:
            yield f"column {former[name]} is now {name}"
        for key in dict.fromkeys([*was, *column]):
            if key != "name" and was.get(key) != column.get(key):
                yield f"{name}: {key} {shown(was.get(key))} → {shown(column.get(key))}"
    for name in old:
        if name not in new and name not in renames:
            yield f"column {name} is dropped"
    places = [renames.get(name, name) for name in old if renames.get(name, name) in new]
    if places != [name for name in new if former.get(name, name) in old]:
        yield "columns have another order in the file"
    for key in sorted(before.keys() - {"columns", "rules"}):
        if before[key] != after.get(key):
            yield f"{key}: {shown(before[key])} → {shown(after.get(key))}"


def shown(value: Any) -> str:
    """Return a value as a contract writes it."""
    if value is None:
        return "none"
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)
