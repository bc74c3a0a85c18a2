"""Changes of views and routines that CREATE OR REPLACE can do, and changes that need a DROP.

PostgreSQL replaces a view only if its columns keep name, place and type; new columns must be last.
So a migration keeps the order of a view's columns, and drops the view only if a column is dropped.
If users have built objects on the view, the migration then stops, and nothing is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pglast import ast, parse_sql
from pglast.stream import RawStream

from codegen.migration.statements import split
from codegen.render.sqltext import ident, pack

_ROUTINE = re.compile(r"CREATE OR REPLACE (?:FUNCTION|PROCEDURE)")


@dataclass(frozen=True)
class _View:
    """The text of a view in three parts: before its select list, the items, and after it."""

    head: str
    items: dict[str, str]
    tail: str


def same_view(before: str, after: str) -> bool:
    """Whether two texts of a view differ at most in the order of its columns."""
    if before == after:
        return True
    old, new = _read_view(before), _read_view(after)
    return (
        old is not None
        and new is not None
        and (old.head, old.items) == (new.head, new.items)
        and sorted(old.tail.split("\n")) == sorted(new.tail.split("\n"))
    )


def replaced_view(name: str, before: str, after: str, renames: dict[str, str]) -> tuple[str, str]:
    """Return the statements before CREATE OR REPLACE VIEW, and the text of the view."""
    old, new = _read_view(before), _read_view(after)
    if old is None or new is None:
        return ("", after) if _columns(before) == _columns(after) else (drop_view(name), after)
    was = [renames.get(column, column) for column in old.items]
    if not set(was) <= new.items.keys():
        return drop_view(name), after
    ordered = [*was, *(column for column in new.items if column not in was)]
    renamed = "\n".join(
        f"-- squawk-ignore renaming-column\n"
        f"ALTER VIEW {name} RENAME COLUMN {ident(column)} TO {ident(renames[column])};"
        for column in old.items
        if column in renames
    )
    items = pack((new.items[column] for column in ordered), 4)
    return renamed, f"{new.head}{items}\n{new.tail}"


def drop_view(name: str) -> str:
    """Return the statement that drops a view; it fails if users have built objects on it."""
    return f"-- squawk-ignore ban-drop-view\nDROP VIEW {name};"


def dropped_routine(before: str, after: str) -> str:
    """Return the statement that drops a routine whose parameters or result change; else ''."""
    old, new = _routine(before), _routine(after)
    if _signature(old) == _signature(new):
        return ""
    return drop_routine(before)


def drop_routine(text: str) -> str:
    """Return the statement that drops a routine."""
    routine = _routine(text)
    kind = "PROCEDURE" if routine.is_procedure else "FUNCTION"
    name = ".".join(ident(part.sval) for part in routine.funcname)
    types = ", ".join(
        RawStream()(p.argType) for p in routine.parameters or () if p.mode.value in ("i", "b", "d")
    )
    return f"-- squawk-ignore ban-drop-function\nDROP {kind} {name}({types});"


def _routine(text: str) -> Any:
    statement = next(s.text for s in split(text) if _ROUTINE.match(s.text))
    parsed: Any = parse_sql(statement)
    return parsed[0].stmt


def _signature(routine: Any) -> tuple[Any, ...]:
    parameters = tuple(
        (p.name, RawStream()(p.argType), p.mode.value, p.defexpr is not None)
        for p in routine.parameters or ()
    )
    result = RawStream()(routine.returnType) if routine.returnType else ""
    return routine.is_procedure, parameters, result


def _query(text: str) -> tuple[str, Any]:
    statement = next(s.text for s in split(text) if s.text.startswith("CREATE"))
    created: Any = parse_sql(statement)[0].stmt
    return statement, created.query


def _columns(text: str) -> list[str]:
    """Return the column names of a view; for a UNION the names of its first query."""
    query: Any = _query(text)[1]
    while query.larg is not None:
        query = query.larg
    return [_name(item) for item in query.targetList or ()]


def _name(item: Any) -> str:
    if item.name:
        return str(item.name)
    if isinstance(item.val, ast.ColumnRef):
        *_, last = item.val.fields or ()
        return str(last.sval)
    return RawStream()(item.val)


def _read_view(text: str) -> _View | None:
    """Split a view with one plain SELECT; None: it is another kind of query."""
    statement, query = _query(text)
    if query.targetList is None or query.withClause is not None or query.fromClause is None:
        return None
    starts = [item.location for item in query.targetList]
    offset = text.index(statement)
    end = statement.index("\nFROM ", starts[-1])
    items = {
        _name(item): statement[start:stop].strip().rstrip(",")
        for item, start, stop in zip(query.targetList, starts, [*starts[1:], end], strict=True)
    }
    return _View(text[: offset + starts[0]], items, text[offset + end + 1 :])
