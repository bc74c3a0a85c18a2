"""Descriptions of what a migration would destroy, and of what is left to do after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codegen.migration.alters import TableChange
from codegen.migration.conversions import is_widening
from codegen.migration.facts import Facts, boundary, changed_words, columns_by_name, shown
from codegen.migration.transition import Transition

Allowed = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Destruction:
    """Data that would be lost, for good or until a reprocess, and the word that allows it."""

    place: str
    word: str
    what: str
    before: str
    after: str
    remedy: str = ""

    def __str__(self) -> str:
        """Both sides, and what to write."""
        lines = [
            f"{self.place}: {self.what}",
            f"    last migration: {self.before}",
            f"    contracts now:  {self.after}",
        ]
        if self.word and self.place.endswith(".yml"):
            lines.append(f"    to allow it, write in {self.place}: allow: [{self.word}]")
        if self.remedy:
            lines.append(f"    {self.remedy}")
        return "\n".join(lines)


class Refused(Exception):  # noqa: N818 (it is not an error of the program)
    """Some changes would destroy data, and the contracts do not allow them."""

    def __init__(self, found: list[Destruction]) -> None:
        """Keep the changes that are not allowed."""
        self.found = found
        super().__init__("\n\n".join(str(one) for one in found))


def refused(transition: Transition, allowed: Allowed) -> list[Destruction]:
    """Return the losses of a transition that the contracts do not allow."""
    return [
        one
        for key, found in destructions(transition)
        for one in found
        if not one.word or one.word not in allowed.get(key, ())
    ]


def destructions(transition: Transition) -> Iterator[tuple[str, list[Destruction]]]:
    """Yield the losses of a transition, by source/extract or source."""
    for key, (old, new) in transition.both.items():
        yield key, [*_of_extract(transition, key, old, new)]
    for key in transition.gone:
        source, _, extract = key.partition("/")
        if source not in transition.gone_sources:
            said = transition.before.facts[key]
            what = f"extract {extract} is dropped with all its rows and the entries of its files"
            sides = f"{len(said['columns'])} columns, core.{said['core']['table']}", "no file"
            yield source, [Destruction(f"{source}/source.yml", f"drop {extract}", what, *sides)]
    for source in transition.gone_sources:
        what = f"source {source} is dropped with all its extracts, files and runs"
        remedy = f"to allow it: make migration ARGS='--drop-source {source}'"
        yield source, [Destruction(source, "drop source", what, "a folder", "none", remedy)]


def _of_extract(t: Transition, key: str, old: Facts, new: Facts) -> Iterator[Destruction]:
    extract = key.partition("/")[2]
    place = f"{key}.yml"
    renames = t.renames.get(extract, {})
    was = {renames.get(name, name): c for name, c in columns_by_name(old).items()}
    now = columns_by_name(new)
    raw, stg = (t.tables.get(f"{name}") for name in (f"raw.{extract}_raw", f"stg.{extract}"))
    tables = f"core.{old['core']['table']}", f"core.{new['core']['table']}"
    core = t.tables.get(tables[1])

    for name in raw.dropped if raw else ():
        what = f"column {name} is dropped with its values, also in raw"
        remedy = f"if the column was renamed, write at its new name: renamed_from: {name}"
        yield Destruction(place, f"drop {name}", what, _column(was.get(name)), "-", remedy)
    if old["natural_key"] != new["natural_key"] and stg and stg.needs_new_table:
        what = f"another key: stg.{extract} and {tables[1]} start empty and are filled from raw"
        sides = f"natural_key: {shown(old['natural_key'])}", shown(new["natural_key"])
        yield Destruction(place, "rekey", what, *sides)
    elif tables[0] != tables[1] or (core and core.needs_new_table and not _is_retyped(core)):
        what = f"{tables[0]} is dropped; {tables[1]} starts empty and is filled from raw"
        yield Destruction(place, "republish", what, shown(old["core"]), shown(new["core"]))
    elif core:
        for name in core.dropped:
            if raw is None or name not in raw.dropped:
                what = f"{tables[1]}.{name} is dropped"
                sides = _column(was.get(name)), _column(now.get(name))
                yield Destruction(place, f"unpublish {name}", what, *sides)
    for name, column in now.items():
        former = was.get(name)
        if former is not None and not is_widening(former["type"], column["type"]):
            what = f"{name} gets a type that cannot hold every value of the old one"
            sides = _column(former), _column(column)
            yield Destruction(place, f"retype {name}", what, *sides)
        if former is None and column["required"] and "since" not in column:
            what = f"column {name} is new and required, but no existing row has it"
            remedy = "write since: with the first DateExtracted that has it, or leave out required"
            yield Destruction(place, "", what, "-", _column(column), remedy)


def _is_retyped(core: TableChange) -> bool:
    return bool(core.retyped) and core.was.key == core.after.key


def _column(said: Facts | None) -> str:
    if said is None:
        return "-"
    rest = {key: value for key, value in said.items() if key != "source"}
    return f"- {shown(rest)}"


def notes(transition: Transition) -> Iterator[tuple[str, str]]:
    """Yield extract and reason for each extract whose files have to be processed again."""
    for key in transition.both:
        extract = key.partition("/")[2]
        if key in transition.ruled and key not in transition.kept:
            yield extract, _until_then(transition, key)


def warnings(transition: Transition) -> Iterator[tuple[str, str]]:
    """Yield the notes, and warnings for files that were loaded before their shape was known."""
    yield from notes(transition)
    for key in transition.kept:
        time = boundary(*transition.both[key])
        if time is not None:
            reason = f"Files from {time} on were loaded with the old shape and still have it"
            yield key.partition("/")[2], reason


def _until_then(t: Transition, key: str) -> str:
    extract = key.partition("/")[2]
    old, new = t.both[key]
    name = f"core.{new['core']['table']}"
    core = t.tables.get(name)
    if old["core"]["table"] != new["core"]["table"] or (core and core.needs_new_table):
        return f"{name} is empty until they are processed again"
    if core:
        there = {t.renames.get(extract, {}).get(c["name"], c["name"]) for c in old["columns"]}
        new_in_file = {c["name"] for c in new["columns"]} - there
        empty = sorted({c.name for c in core.added} - new_in_file | core.refilled)
        if empty:
            return f"{name} has only NULL in {', '.join(empty)} until they are processed again"
    return f"{name} and the rejects of {extract} still follow the former rules until then"


def words(transition: Transition) -> Iterator[str]:
    """Yield the changes, one line each."""
    for key, (old, new) in transition.both.items():
        renames = transition.renames.get(key.partition("/")[2], {})
        for line in changed_words(old, new, renames):
            yield f"{key}: {line}"
    for key in transition.after.facts:
        if key not in transition.before.facts:
            yield f"{key}: new"
    for key in transition.before.facts:
        if key not in transition.after.facts:
            yield f"{key}: is dropped"
    for source, said in transition.after.facts.items():
        former = transition.before.facts.get(source)
        if "/" not in source and former is not None:
            for domain in dict.fromkeys([*former["domains"], *said["domains"]]):
                old_values, new_values = (f["domains"].get(domain) for f in (former, said))
                if old_values != new_values:
                    yield f"{source}: domain {domain}: {shown(old_values)} → {shown(new_values)}"
    if not transition.before.facts:
        return
    engine = [
        change.name
        for change in transition.changes
        if change.kind in ("table", "function", "procedure", "view")
        and not transition.extract_of(change.name)
        and change.name != "etl.rejects"
    ]
    if engine:
        yield f"the engine: {', '.join(engine)}"
