"""What changed since the last migration, and the migration that says so.

Each object stands in a migration below a marker line, so the migrated state is what the migrations
beside each other say last. Routines, views and data are stated anew in full; a table is altered.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen.objects import SqlObject

_MARKER = re.compile(r"^-- object: (\w+) (\S+)$", re.MULTILINE)
_END = "-- end of objects"
_AS_OWNER = "\nSET LOCAL ROLE etl_owner;\n"


@dataclass(frozen=True)
class Change:
    """An object as it was migrated and as it is wanted; None: it was not there, or goes."""

    kind: str
    name: str
    before: str | None
    after: str | None


class StructuralChange(Exception):  # noqa: N818 (a refusal)
    """Tables changed in a way that this version of `make migration` does not write."""

    def __init__(self, changes: list[Change]) -> None:
        """Take the changes that cannot be written."""
        self.changes = changes
        super().__init__("\n\n".join(self._explain(change) for change in changes))

    @staticmethod
    def _explain(change: Change) -> str:
        diff = difflib.unified_diff(
            (change.before or "").splitlines(),
            (change.after or "").splitlines(),
            "last migration",
            "contracts and sql/",
            lineterm="",
            n=1,
        )
        return "\n".join([f"{change.kind} {change.name} changed its shape:", *diff])


def migrated_objects(folder: Path) -> dict[tuple[str, str], str]:
    """Return kind and name of each object with its text, as the migrations say last."""
    state: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*/apply.sql")):
        text = path.read_text().split(_END)[0]
        marks = [*_MARKER.finditer(text)]
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        for mark, end in zip(marks, ends, strict=True):
            body = text[mark.end() : end].split(_AS_OWNER)[0].strip() + "\n"
            if body == "-- gone\n":
                state.pop((mark[1], mark[2]), None)
            else:
                state[mark[1], mark[2]] = body
    return state


def changes(state: dict[tuple[str, str], str], wanted: list[SqlObject]) -> list[Change]:
    """Return what differs, in creation order; what goes comes last."""
    there = {(one.kind, one.name) for one in wanted}
    found = [
        *(
            Change(one.kind, one.name, state.get((one.kind, one.name)), one.sql.strip() + "\n")
            for one in wanted
            if state.get((one.kind, one.name)) != one.sql.strip() + "\n"
        ),
        *(Change(kind, name, text, None) for (kind, name), text in state.items()
          if (kind, name) not in there),
    ]  # fmt: skip
    grants = next((one.sql.strip() + "\n" for one in wanted if one.kind == "grants"), None)
    if found and grants is not None and all(change.kind != "grants" for change in found):
        found.append(Change("grants", "grants", grants, grants))  # for what is new
    return found


def migration_texts(found: list[Change]) -> tuple[str, str]:
    """Return apply.sql and rollback.sql of a migration that makes these changes.

    Raises:
        StructuralChange: a table, schema or role changed in another way than by being added.
    """
    refused = [
        change
        for change in found
        if change.kind in ("table", "schema", "roles", "privileges") and change.before is not None
    ]
    if refused:
        raise StructuralChange(refused)
    is_first = any(change.kind == "schema" for change in found)
    rollback = _FIRST_ROLLBACK if is_first else "".join(_rollback(found))
    return "".join(_apply(found)), rollback


def _apply(found: list[Change]) -> Iterator[str]:
    yield "-- Written by `make migration`. Never edited after release.\n"
    yield "SET LOCAL lock_timeout = '5s';\n"
    yield from _as_owner(found, [_stated(change) for change in found])


def _as_owner(found: list[Change], texts: list[str]) -> Iterator[str]:
    """Yield texts, those of roles and schemas as who migrates, the others as the owner."""
    is_owner = False
    for change, text in zip(found, texts, strict=True):
        if change.kind not in ("roles", "schema") and not is_owner:
            is_owner = True
            yield _AS_OWNER
        yield text
    yield f"\n{_END}\nRESET ROLE;\n"


def _stated(change: Change) -> str:
    heading = f"\n-- object: {change.kind} {change.name}\n"
    if change.after is None:
        return f"{heading}-- gone\n"
    return heading + change.after


def _rollback(found: list[Change]) -> Iterator[str]:
    yield "-- Written by `make migration`: takes apply.sql beside it back.\n"
    yield "SET LOCAL lock_timeout = '5s';\n"
    yield _AS_OWNER
    for change in reversed(found):
        if change.before is not None:
            yield f"\n{change.before}"
        elif change.kind in ("table", "view", "function", "procedure"):
            yield f"\nDROP {change.kind.upper()} {change.name};\n"
    yield "\nRESET ROLE;\n"


_FIRST_ROLLBACK = """-- Written by `make migration`: takes apply.sql beside it back, data included.
-- The roles stay: they belong to the whole server, and another database of it may use them.
SET LOCAL lock_timeout = '5s';
SET LOCAL ROLE etl_owner;
DROP SCHEMA core CASCADE;
DROP SCHEMA stg CASCADE;
DROP SCHEMA raw CASCADE;
DROP SCHEMA etl CASCADE;
ALTER DEFAULT PRIVILEGES FOR ROLE etl_owner GRANT EXECUTE ON ROUTINES TO PUBLIC;
RESET ROLE;
"""
