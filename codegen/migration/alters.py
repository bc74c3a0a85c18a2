"""The statements that turn one table into another, each with the squawk rules that it breaks.

Locks are short: no statement reads a whole table under a lock, except those after
`etl.refuse_rewrite`. Constraints are added as NOT VALID; `make migrate` validates them afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import indent

from codegen.migration.conversions import fits, is_instant, is_widening
from codegen.migration.ddl import Constraint, Table, TableColumn
from codegen.render.sqltext import ident, literal, substitute

#: The end of the name of a check that `make migrate` turns into NOT NULL.
REQUIRED_SUFFIX = "_required"


@dataclass(frozen=True)
class TableChange:
    """A table that exists before and after a migration.

    `renames` maps former names of columns to new ones. The values of `emptied` columns are dropped,
    because only raw has what is needed to compute the new ones.
    """

    before: Table
    after: Table
    renames: dict[str, str] = field(default_factory=dict)
    emptied: frozenset[str] = frozenset()

    @property
    def was(self) -> Table:
        """The table before, its columns by their new names."""
        return self.before.renamed(self.renames)

    @property
    def dropped(self) -> list[str]:
        """Names of the columns that are dropped."""
        return [name for name in self.was.columns if name not in self.after.columns]

    @property
    def added(self) -> list[TableColumn]:
        """Columns that are added."""
        return [c for name, c in self.after.columns.items() if name not in self.was.columns]

    @property
    def stays(self) -> list[tuple[TableColumn, TableColumn]]:
        """Columns that stay: before and after."""
        return [
            (self.was.columns[name], column)
            for name, column in self.after.columns.items()
            if name in self.was.columns
        ]

    @property
    def retyped(self) -> list[tuple[TableColumn, TableColumn]]:
        """Columns with another type."""
        return [(old, new) for old, new in self.stays if old.type != new.type]

    @property
    def refilled(self) -> frozenset[str]:
        """Columns that lose their values until their files are processed again."""
        return self.emptied | {
            new.name
            for old, new in self.retyped
            if not is_widening(old.type, new.type) and fits("x", old.type, new.type) is None
        }

    @property
    def newly_required(self) -> list[str]:
        """Columns that become NOT NULL."""
        return [new.name for old, new in self.stays if new.is_required and not old.is_required]

    @property
    def needs_new_table(self) -> bool:
        """Whether the existing rows cannot become rows of the new table."""
        return (
            self.was.key != self.after.key
            or self.before.is_unlogged != self.after.is_unlogged
            or any(column.is_required and not column.fill for column in self.added)
            or any(self.after.columns[name].is_required for name in self.refilled)
            or any(old.fill != new.fill and "GENERATED" in old.fill + new.fill
                   for old, new in self.stays)
        )  # fmt: skip

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        renamed = any(old in self.before.columns for old in self.renames)
        return not self.emptied and not renamed and self.was == self.after

    def statements(self) -> Iterator[str]:
        """Yield the statements in the order in which they must run."""
        name = self.after.name
        for old, new in self.renames.items():
            if old in self.before.columns:
                yield _ignoring(
                    ["renaming-column"],
                    f"ALTER TABLE {name} RENAME COLUMN {ident(old)} TO {ident(new)};",
                )
        for old_name, new_name in self._renamed_constraints().items():
            yield _ignoring(
                ["renaming-object"],
                f"ALTER TABLE {name} RENAME CONSTRAINT {ident(old_name)} TO {ident(new_name)};",
            )
        for index in self.was.indexes.keys() - self.after.indexes.keys():
            schema = name.partition(".")[0]
            yield _ignoring(
                ["require-concurrent-index-deletion"], f"DROP INDEX {schema}.{ident(index)};"
            )
        yield from self._clean()
        kept = [pair for pair in self.retyped if pair[1].name not in self.refilled]
        is_work = self.after.is_unlogged  # empty between files
        if not is_work and any(not is_instant(old.type, new.type) for old, new in kept):
            yield f"CALL etl.refuse_rewrite({literal(name)});"
        if actions := list(self._actions()):
            if len(actions) == 1:
                yield _ignoring([actions[0][1]], f"ALTER TABLE {name} {actions[0][0]};")
            else:
                lines = ",\n".join(_ignoring([rule], action) for action, rule in actions)
                yield f"ALTER TABLE {name}\n{indent(lines, '    ')};"
        yield from self._indexes()
        yield from self._words()

    def _renamed_constraints(self) -> dict[str, str]:
        gone = {n: c for n, c in self.was.constraints.items() if n not in self.after.constraints}
        new = {c: n for n, c in self.after.constraints.items() if n not in self.was.constraints}
        return {name: new[one] for name, one in gone.items() if one in new}

    def _clean(self) -> Iterator[str]:
        """Delete rows of stg that break the new rules: raw has them; their files are announced."""
        if not self.after.name.startswith("stg."):
            return
        conditions = [f"{ident(name)} IS NOT NULL" for name in self.newly_required]
        for old, new in self.retyped:
            condition = fits(ident(new.name), old.type, new.type)
            if condition and not is_widening(old.type, new.type):
                conditions.append(condition)
        conditions += [one.text.removeprefix("CHECK ") for _, one in self._new("check")]
        for condition in conditions:
            yield f"DELETE FROM {self.after.name}\nWHERE NOT ({_bare(condition)});"  # noqa: S608

    def _new(self, *kinds: str) -> Iterator[tuple[str, Constraint]]:
        renamed = self._renamed_constraints().values()
        for name, one in self.after.constraints.items():
            is_new = self.was.constraints.get(name) != one and name not in renamed
            is_new |= substitute(one.text, dict.fromkeys(self.refilled, "")) != one.text
            if one.kind in kinds and is_new and not (one.column and self._comes(one.column)):
                yield name, one

    def _comes(self, column: str) -> bool:
        return column not in self.was.columns

    def _actions(self) -> Iterator[tuple[str, str]]:
        """Yield the actions of one ALTER TABLE, each with the rule of squawk that it breaks."""
        renamed = self._renamed_constraints()
        for name, one in self.was.constraints.items():
            if self.after.constraints.get(name) != one and name not in renamed:
                yield f"DROP CONSTRAINT {ident(name)}", "ban-drop-constraint"
        for gone in [*self.dropped, *sorted(self.refilled)]:
            yield f"DROP COLUMN {ident(gone)}", "ban-drop-column"
        for refilled in sorted(self.refilled):
            yield f"ADD COLUMN {self.after.columns[refilled].definition}", ""
        for column in self.added:
            yield f"ADD COLUMN {column.definition}", "adding-field-with-default" * bool(column.fill)
        for old, new in self.retyped:
            if new.name not in self.refilled:
                yield self._retype(old, new), "changing-column-type"
        for old, new in self.stays:
            action = f"ALTER COLUMN {ident(new.name)}"
            if old.fill != new.fill and new.name not in self.refilled:
                yield f"{action} " + (f"SET {new.fill}" if new.fill else "DROP DEFAULT"), ""
            if old.is_required and not new.is_required and new.name not in self.refilled:
                yield f"{action} DROP NOT NULL", "ban-drop-not-null"
        for required in self.newly_required:
            check = ident(f"{self.after.name.partition('.')[2]}_{required}{REQUIRED_SUFFIX}")
            yield f"ADD CONSTRAINT {check} CHECK ({ident(required)} IS NOT NULL) NOT VALID", ""
        for name, one in self._new("check", "fkey"):
            yield f"ADD CONSTRAINT {ident(name)} {one.text} NOT VALID", ""
        for name, one in self._new("key"):
            yield f"ADD CONSTRAINT {ident(name)} {one.text}", "disallowed-unique-constraint"
        changed = [f"{k} = {v}" for k, v in self.after.options.items()
                   if self.was.options.get(k) != v]  # fmt: skip
        if changed:
            yield f"SET ({', '.join(changed)})", ""

    def _retype(self, old: TableColumn, new: TableColumn) -> str:
        column, condition = ident(new.name), fits(ident(new.name), old.type, new.type)
        action = f"ALTER COLUMN {column} TYPE {new.type}"
        if is_widening(old.type, new.type):
            return action
        value = f"{column}::{new.type}"
        if self.after.name.startswith("core."):
            value = f"CASE WHEN {condition} THEN {value} END"
        return f"{action} USING {value}"

    def _indexes(self) -> Iterator[str]:
        for index, text in self.after.indexes.items():
            if self.was.indexes.get(index) != text:
                if index in self.was.indexes:
                    schema = self.after.name.partition(".")[0]
                    yield _ignoring(
                        ["require-concurrent-index-deletion"],
                        f"DROP INDEX {schema}.{ident(index)};",
                    )
                yield f"CALL etl.refuse_rewrite({literal(self.after.name)});"
                yield _ignoring(["require-concurrent-index-creation"], f"{text};")

    def _words(self) -> Iterator[str]:
        """Yield comments, grants and rows of the table."""
        fresh = self.refilled | {column.name for column in self.added}
        names = {f"COLUMN {self.after.name}.{ident(name)}" for name in fresh}
        for what, text in self.after.comments.items():
            if what in names or self.was.comments.get(what) != text:
                yield f"COMMENT ON {what} IS {text};"
        for grant, columns in self.after.grants.items():
            there = self.was.grants.get(grant)
            new = sorted(columns - (there or frozenset()) | (columns & {ident(n) for n in fresh}))
            if there is None and not columns:
                yield f"{grant};"
            elif new:
                yield f"{grant.format(', '.join(new))};"
        for rows in self.after.rows:
            if rows not in self.was.rows:
                yield f"{rows};"


def _bare(condition: str) -> str:
    """Return a condition without a pair of brackets around all of it."""
    return condition[1:-1] if re.fullmatch(r"\((?:[^()]|\([^()]*\))*\)", condition) else condition


def _ignoring(rules: list[str], statement: str) -> str:
    return f"-- squawk-ignore {', '.join(rules)}\n{statement}" if any(rules) else statement
