"""Parse the text that creates a table: columns, constraints, indexes, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pglast import ast, enums, parse_sql, scan
from pglast.stream import RawStream

from codegen.migration.statements import split
from codegen.render.sqltext import ident, substitute

_KINDS = enums.ConstrType
_SUFFIXES = {
    _KINDS.CONSTR_CHECK: "check",
    _KINDS.CONSTR_FOREIGN: "fkey",
    _KINDS.CONSTR_UNIQUE: "key",
    _KINDS.CONSTR_PRIMARY: "pkey",
}


@dataclass(frozen=True)
class TableColumn:
    """A column; `definition` is its full text, `fill` its default or generation expression."""

    name: str
    type: str
    is_required: bool
    fill: str
    definition: str = field(compare=False)


@dataclass(frozen=True)
class Constraint:
    """A constraint of a table: `text` without its name, and the column that it belongs to."""

    kind: str
    text: str
    column: str = field(default="", compare=False)


@dataclass(frozen=True)
class Table:
    """The parts of a table. Two tables are equal even if the order of their columns differs."""

    name: str
    is_unlogged: bool
    columns: dict[str, TableColumn]
    constraints: dict[str, Constraint]
    indexes: dict[str, str]
    options: dict[str, str]
    comments: dict[str, str]
    grants: dict[str, frozenset[str]]
    rows: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its primary key, as text."""
        return next((c.text for c in self.constraints.values() if c.kind == "pkey"), "")

    def renamed(self, names: dict[str, str]) -> Table:
        """Return the table as it is once these columns have their new names."""
        names = {old: new for old, new in names.items() if old in self.columns}
        new = {old: ident(name) for old, name in names.items()}
        quoted = {ident(old): name for old, name in new.items()}
        prefix = f"COLUMN {self.name}."
        return replace(
            self,
            columns={
                names.get(name, name): replace(
                    column,
                    name=names.get(name, name),
                    definition=column.definition.replace(ident(name), new[name], 1)
                    if name in new
                    else column.definition,
                )
                for name, column in self.columns.items()
            },
            constraints={
                name: replace(one, text=substitute(one.text, new))
                for name, one in self.constraints.items()
            },
            indexes={name: _in_brackets(text, new) for name, text in self.indexes.items()},
            comments={
                prefix + quoted.get(what.removeprefix(prefix), what.removeprefix(prefix))
                if what.startswith(prefix)
                else what: text
                for what, text in self.comments.items()
            },
            grants={
                head: frozenset(quoted.get(column, column) for column in columns)
                for head, columns in self.grants.items()
            },
        )


def _in_brackets(text: str, names: dict[str, str]) -> str:
    head, bracket, rest = text.partition("(")
    return head + bracket + substitute(rest, names)


def read_table(text: str) -> Table:
    """Read the text that creates one table, with its indexes, comments and grants."""
    texts = [statement.text.rstrip().rstrip(";") for statement in split(text)]
    statements: list[tuple[Any, str]] = [(parse_sql(one)[0].stmt, one) for one in texts]
    created: Any
    created, creation = next(s for s in statements if isinstance(s[0], ast.CreateStmt))
    relation = created.relation
    name = f"{relation.schemaname}.{ident(relation.relname)}"
    columns: dict[str, TableColumn] = {}
    constraints: dict[str, Constraint] = {}
    for element, definition in _elements(creation, created):
        if isinstance(element, ast.ColumnDef):
            column = _column(element, definition)
            columns[column.name] = column
            for one in element.constraints or ():
                constraints.update(_constraint(one, relation.relname, column.name))
        else:
            constraints.update(_constraint(element, relation.relname, None))
    for one in constraints.values():
        if one.kind == "pkey":
            for key in re.findall(r"[^\s(),]+", one.text.removeprefix("PRIMARY KEY")):
                plain = key.strip('"')
                columns[plain] = replace(columns[plain], is_required=True)
    return Table(
        name,
        relation.relpersistence == "u",
        columns,
        constraints,
        {str(s.idxname): t for s, t in statements if isinstance(s, ast.IndexStmt)},
        {o.defname: RawStream()(o.arg) for o in created.options or ()},
        dict(_comments(text for stmt, text in statements if isinstance(stmt, ast.CommentStmt))),
        dict(_grant(stmt, text) for stmt, text in statements if isinstance(stmt, ast.GrantStmt)),
        tuple(text for stmt, text in statements if isinstance(stmt, ast.InsertStmt)),
    )


def _elements(text: str, created: Any) -> Iterator[tuple[Any, str]]:
    """Yield the elements between the brackets of CREATE TABLE, each with its own text."""
    depth, end = 0, 0
    for token in scan(text):
        depth += {"ASCII_40": 1, "ASCII_41": -1}.get(token.name, 0)
        if token.name == "ASCII_41" and depth == 0:
            end = token.start
            break
    starts = [element.location for element in created.tableElts]
    for element, start, stop in zip(created.tableElts, starts, [*starts[1:], end], strict=True):
        yield element, text[start:stop].strip().rstrip(",")


def _column(element: Any, definition: str) -> TableColumn:
    collation = f" {RawStream()(element.collClause)}" if element.collClause else ""
    kinds = {one.contype: one for one in element.constraints or ()}
    filled = (_KINDS.CONSTR_DEFAULT, _KINDS.CONSTR_GENERATED, _KINDS.CONSTR_IDENTITY)
    return TableColumn(
        element.colname,
        RawStream()(element.typeName).replace(", ", ",") + collation,
        _KINDS.CONSTR_NOTNULL in kinds or _KINDS.CONSTR_IDENTITY in kinds,
        next((RawStream()(one) for kind, one in kinds.items() if kind in filled), ""),
        definition,
    )


def _constraint(one: Any, table: str, column: str | None) -> Iterator[tuple[str, Constraint]]:
    """Yield name and constraint; without a written name, the name that PostgreSQL gives."""
    suffix = _SUFFIXES.get(one.contype)
    if suffix is None:
        return
    columns = [key.sval for key in one.keys or ()] or [column or ""]
    if suffix == "pkey":
        given = f"{table}_pkey"
    else:
        given = "_".join(filter(None, [table, *columns, suffix]))
    text = RawStream()(one)
    if one.conname:
        text = text.removeprefix(f"CONSTRAINT {ident(one.conname)} ")
    if column is not None and suffix in ("pkey", "key"):
        text += f" ({ident(column)})"
    if column is not None and suffix == "fkey":
        text = f"FOREIGN KEY ({ident(column)}) {text}"
    yield one.conname or given, Constraint(suffix, text, column or "")


def _comments(statements: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield each described object, `TABLE x` or `COLUMN x.y`, and its comment as written."""
    for statement in statements:
        found = re.match(r"COMMENT ON ((?:TABLE|COLUMN|INDEX) \S+) IS\s+(.*)", statement, re.DOTALL)
        if found is None:
            raise ValueError(f"cannot read: {statement}")
        yield found[1], found[2]


def _grant(statement: Any, text: str) -> tuple[str, frozenset[str]]:
    """Return a GRANT with {} in place of its columns, and the columns."""
    columns = frozenset(
        ident(column.sval) for right in statement.privileges or () for column in right.cols or ()
    )
    return (re.sub(r"\([^)]*\)", "({})", text, count=1) if columns else text), columns
