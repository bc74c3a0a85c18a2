"""A transition between two states of the database: the changes, and the statements for them.

The rollback is the transition in the other direction.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codegen.migration.alters import TableChange
from codegen.migration.ddl import read_table
from codegen.migration.facts import Facts, boundary, same_verdicts
from codegen.migration.views import (
    drop_routine,
    drop_view,
    dropped_routine,
    replaced_view,
    same_view,
)
from codegen.render.objects import is_private_view, names_of_extract
from codegen.render.sqltext import ident, instant, literal

ObjectName = tuple[str, str]

#: Kinds in the order in which they are written: each needs only the kinds before it.
STATED = ("function", "procedure", "view", "data", "fingerprint", "grants")


@dataclass(frozen=True)
class State:
    """A state of the database: its objects by kind and name, and the facts of its contracts."""

    objects: dict[ObjectName, str]
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """An object before and after; None: it did not exist, or it is dropped."""

    kind: str
    name: str
    before: str | None
    after: str | None

    @property
    def sql_name(self) -> str:
        """Its name, quoted if necessary."""
        return ".".join(ident(part) for part in self.name.split("."))

    @property
    def diff(self) -> str:
        """Both sides, as a diff."""
        before, after = (self.before or "").splitlines(), (self.after or "").splitlines()
        lines = difflib.unified_diff(before, after, "last migration", "contracts and sql/",
                                     lineterm="", n=1)  # fmt: skip
        return "\n".join(lines)


@dataclass(frozen=True)
class Transition:
    """The way from `before` to `after`; `renames` maps, by extract, former names to new ones."""

    before: State
    after: State
    renames: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def changes(self) -> list[Change]:
        """The differences in creation order; dropped objects come last."""
        found = [
            Change(kind, name, self.before.objects.get((kind, name)), text)
            for (kind, name), text in self.after.objects.items()
            if not self._is_same(kind, name, text)
        ]
        found += [
            Change(kind, name, text, None)
            for (kind, name), text in self.before.objects.items()
            if (kind, name) not in self.after.objects
        ]
        grants = self.after.objects.get(("grants", "grants"))
        if found and grants is not None and all(change.kind != "grants" for change in found):
            found.append(Change("grants", "grants", grants, grants))  # for what is new
        return found

    def _is_same(self, kind: str, name: str, text: str) -> bool:
        before = self.before.objects.get((kind, name))
        if before is None or (kind == "view" and self._must_go(name)):
            return False
        if before == text:
            return True
        if kind == "table":
            return name not in self.tables or self.tables[name].is_empty
        return kind == "view" and same_view(before, text)

    def _must_go(self, view: str) -> bool:
        """Whether a view hinders a change of what it reads, and is made anew."""
        extract = self.extract_of(view)
        if view in self._own_views:
            return extract in self._reshaped
        raw = self.tables.get(f"raw.{extract}_raw")
        return raw is not None and bool(raw.retyped)

    @cached_property
    def _own_views(self) -> frozenset[str]:
        """The views that only routines of their extract read: nobody else builds on them."""
        return frozenset(name for name in self._owners if is_private_view(name))

    @cached_property
    def _reshaped(self) -> frozenset[str]:
        """Extracts of which a table, or one of their own views, has another shape."""
        tables = (name for name, table in self.tables.items() if not table.is_empty)
        views = (
            name
            for name in self._own_views
            if self.before.objects.get(("view", name)) != self.after.objects.get(("view", name))
        )
        return frozenset(self.extract_of(name) for name in (*tables, *views))

    @cached_property
    def tables(self) -> dict[str, TableChange]:
        """Tables that exist before and after, with different texts."""
        found = {}
        for (kind, name), text in self.after.objects.items():
            before = self.before.objects.get((kind, name))
            extract = self.extract_of(name)
            if (kind == "table" and before is not None and before != text) or self._empties(name):
                found[name] = TableChange(
                    read_table(before or ""),
                    read_table(text),
                    self.renames.get(extract, {}),
                    self._empties(name),
                )
        return found

    def _empties(self, table: str) -> frozenset[str]:
        """Return the columns of a core table that change from value to pseudonym, or back."""
        for name, (old, new) in self.both.items():
            if table == f"core.{new['core']['table']}":
                names = self.renames.get(name.partition("/")[2], {})
                was = {names.get(c["name"], c["name"]): c["pii"] for c in old["columns"]}
                return frozenset(
                    c["name"]
                    for c in new["columns"]
                    if {was.get(c["name"]), c["pii"]} == {"keep", "pseudonymise"}
                )
        return frozenset()

    @cached_property
    def both(self) -> dict[str, tuple[Facts, Facts]]:
        """Facts of the extracts that exist before and after, by source/extract."""
        old, new = self.before.facts, self.after.facts
        return {name: (old[name], new[name]) for name in new if "/" in name and name in old}

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The extract of each object of an extract, by name of the object."""
        owners = {}
        for facts in (self.before.facts, self.after.facts):
            for key, said in facts.items():
                _, slash, extract = key.partition("/")
                if slash:
                    names = names_of_extract(extract, said["core"]["table"])
                    owners.update(dict.fromkeys(names, extract))
        return owners

    def extract_of(self, name: str) -> str:
        """Return the extract that an object belongs to, or ''."""
        return self._owners.get(name, "")

    # Which extracts change, and how.

    @cached_property
    def held(self) -> list[str]:
        """Existing extracts that change."""
        there = {key.partition("/")[2] for key in self.before.facts if "/" in key}
        ruled = {key.partition("/")[2] for key in self.ruled}
        return sorted(there & ({self.extract_of(change.name) for change in self.changes} | ruled))

    @cached_property
    def ruled(self) -> dict[str, tuple[Facts, Facts]]:
        """Extracts whose rules for values or verdicts change, by source/extract."""
        return {
            key: (old, new)
            for key, (old, new) in self.both.items()
            if old["rules"] != new["rules"] or self._other_domains(key)
        }

    @cached_property
    def kept(self) -> list[str]:
        """Extracts of `ruled` whose new rules give the same result for loaded files."""
        return [
            key
            for key, (old, new) in self.ruled.items()
            if not self._other_domains(key)
            and same_verdicts(old, new, self.renames.get(key.partition("/")[2], {}))
        ]

    def _other_domains(self, key: str) -> bool:
        source = key.partition("/")[0]
        used = {c["domain"] for c in self.after.facts[key]["columns"] if "domain" in c}
        old, new = (state.facts[source]["domains"] for state in (self.before, self.after))
        return any(old.get(name, new[name]) != new[name] for name in used)

    @cached_property
    def gone(self) -> list[str]:
        """Extracts that are dropped, as source/extract."""
        return [key for key in self.before.facts if "/" in key and key not in self.after.facts]

    @cached_property
    def gone_sources(self) -> list[str]:
        """Sources that are dropped."""
        return [k for k in self.before.facts if "/" not in k and k not in self.after.facts]

    @property
    def derived_again(self) -> list[str]:
        """Tables of stg and core with values that are filled again from raw."""
        return [
            name
            for name, table in self.tables.items()
            if name.startswith(("stg.", "core.")) and (table.needs_new_table or table.refilled)
        ]

    # The statements, in sections.

    def sections(self) -> Iterator[str]:
        """Yield the parts of the migration, in the order in which they run."""
        yield from self._preparation()
        for change in self.changes:
            if change.kind == "table" and change.after is not None:
                yield self._table(change)
        for kind in STATED:
            for change in self.changes:
                if change.kind == kind and change.after is not None:
                    yield self._stated(change)
        yield from self._after_data()
        for change in self.changes:  # before their tables: a row can be a parameter
            if change.after is None and change.kind in ("function", "procedure"):
                dropped = drop_routine(change.before or "")
                yield f"\n-- gone: {change.kind} {change.name}\n{dropped}\n"
        for change in self.changes:
            if change.after is None and change.kind == "fingerprint":
                yield f"\n-- gone: fingerprint {change.name}\n"
            if change.after is None and change.kind == "data":
                yield f"\n-- gone: data {change.name}\n{self._forget(change.name)}"
            if change.after is None and change.kind == "table":
                yield f"\n-- gone: table {change.name}\n{self._drop(change)}\n"

    def _preparation(self) -> Iterator[str]:
        if self.held:
            yield "\n-- No worker may be processing a file of these extracts.\n"
            yield "".join(f"CALL etl.hold_extract({literal(name)});\n" for name in self.held)
            again = sorted({self.extract_of(name) for name in self.derived_again} - {""})
            yield "".join(f"CALL etl.need_raw({literal(name)});\n" for name in again)
        for key in self.kept:
            yield f"CALL etl.remember_rules({literal(key.partition('/')[2])});\n"
        for change in reversed(self.changes):  # a view before those that it reads
            if change.kind == "view" and change.after is None:
                yield f"\n-- gone: view {change.name}\n{drop_view(change.sql_name)}\n"
            if change.kind == "view" and change.before is not None and change.after is not None:
                before, _ = self._view(change)
                yield f"\n-- before: view {change.name}\n{before}\n" if before else ""

    def _view(self, change: Change) -> tuple[str, str]:
        if self._must_go(change.name):
            return drop_view(change.sql_name), change.after or ""
        renames = self.renames.get(self.extract_of(change.name), {})
        return replaced_view(change.sql_name, change.before or "", change.after or "", renames)

    def _table(self, change: Change) -> str:
        table = self.tables.get(change.name)
        if table is None:
            return f"\n-- object: table {change.name}\n{change.after}"
        if table.needs_new_table:
            made = f"-- object: table {change.name}\n{change.after}"
            return f"\n-- anew: table {change.name}\n{self._drop(change)}\n\n{made}"
        statements = "\n".join(table.statements())
        return f"\n-- alter: table {change.name}\n{statements}\n"

    def _drop(self, change: Change) -> str:
        name = read_table(change.before or "").name
        return f"-- squawk-ignore ban-drop-table\nDROP TABLE {name};"

    def _stated(self, change: Change) -> str:
        heading, text = f"\n-- object: {change.kind} {change.name}\n", change.after or ""
        if change.before is None:
            return heading + text
        if change.kind in ("function", "procedure"):
            dropped = dropped_routine(change.before, text)
            return (f"\n-- before: {change.kind} {change.name}\n{dropped}\n" if dropped else "") + (
                heading + text
            )
        return heading + (self._view(change)[1] if change.kind == "view" else text)

    def _after_data(self) -> Iterator[str]:
        """Yield the removals that the data of sources, which only adds, cannot do."""
        lines = [*_domain_changes(self.before.facts, self.after.facts)]
        lines += [self._keep(key) for key in self.kept]
        if lines:
            yield "\n-- after: remove what the data above cannot remove\n"
            yield "\n".join(lines) + "\n"

    def _forget(self, name: str) -> str:
        source, slash, extract = name.partition("/")
        if not slash:
            return f"CALL etl.forget_source({literal(source)});\n"
        is_alone = source not in self.gone_sources
        return f"CALL etl.forget_extract({literal(extract)});\n" if is_alone else ""

    def _keep(self, key: str) -> str:
        """Return the call that keeps the verdicts of files from before a change of shape valid."""
        old, new = self.both[key]
        until = instant(boundary(old, new), new["timezone"])
        return f"CALL etl.keep_verdicts({literal(key.partition('/')[2])}, {until});"


def _domain_changes(before: Facts, after: Facts) -> Iterator[str]:
    """Yield the statements for domain values that contracts dropped or map differently.

    The data of the source adds new values. Values that operators added stay.
    """
    for source, said in after.items():
        if "/" in source or source not in before:
            continue
        for domain, old in before[source]["domains"].items():
            new = said["domains"].get(domain, {})
            where = f"WHERE source = {literal(source)} AND domain = {literal(domain)}"
            for value in sorted(old.keys() - new.keys()):
                which = f"{where} AND source_value = {literal(value)};"
                yield f"DELETE FROM etl.domain_values\n{which}"  # noqa: S608
            for value in sorted(old.keys() & new.keys()):
                if old[value] != new[value]:
                    which = f"{where} AND source_value = {literal(value)};"
                    change = f"SET core_value = {literal(new[value])}\n{which}"
                    yield f"UPDATE etl.domain_values\n{change}"
