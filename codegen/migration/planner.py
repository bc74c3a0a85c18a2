"""Plan the next migration: the difference between contracts with sql/ and the last migrated state.

Each object is below a marker line of a migration; `state.sql` beside it has the altered tables in
the same way, and `contracts.json` has the contracts. Read in order, these files are the migrated
state. A migration contains changed routines, views and data in full; it alters tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen.migration.desired import Desired
from codegen.migration.facts import FILE, changed_facts, facts_text, migrated_facts
from codegen.migration.losses import Refused, notes, refused, warnings, words
from codegen.migration.migrate import migration_file
from codegen.migration.transition import Change, ObjectName, State, Transition
from codegen.render.objects import SqlObject
from codegen.render.sqltext import literal

__all__ = ["Change", "Migration", "Refused", "changes", "migrated_objects", "migrated_state",
           "migration_texts", "next_migration", "plan"]  # fmt: skip

_MARKER = re.compile(r"^-- (object|gone|before|after|anew|alter): (.+)$", re.MULTILINE)
_END = "-- end of objects"
_AS_OWNER = "\nSET LOCAL ROLE etl_owner;\n"
_TIMEOUT = "SET LOCAL lock_timeout = '5s';\n"
#: Kinds that only the first migration can create.
_FOUNDATION = ("roles", "schema", "privileges")


class StructuralChange(Exception):  # noqa: N818 (a refusal)
    """Roles, schemas or default privileges changed: write that migration by hand."""

    def __init__(self, found: list[Change]) -> None:
        """Keep the changes that cannot be written."""
        texts = (f"{one.kind} {one.name} changed:\n{one.diff}" for one in found)
        remedy = "write a migration by hand to change roles, schemas or default privileges"
        super().__init__("\n\n".join([*texts, remedy]))


@dataclass(frozen=True)
class Migration:
    """A migration before it is written: its files by name, and lines for the user."""

    files: dict[str, str]
    summary: list[str]
    notes: list[str]

    def write(self, folder: Path, name: str, depends: str | None) -> None:
        """Write the migration into a folder of migrations."""
        (folder / name).mkdir(parents=True, exist_ok=True)
        for file, text in self.files.items():
            (folder / name / file).write_text(text)
        (folder / f"{name}.py").write_text(migration_file(name, depends))


def migrated_objects(folder: Path) -> dict[ObjectName, str]:
    """Return kind and name of each object with its text after the last migration."""
    state: dict[ObjectName, str] = {}
    for path in sorted(folder.glob("*/apply.sql")):
        for file in (path, path.with_name("state.sql")):
            if file.is_file():
                _fold(file.read_text(), state)
    return state


def _fold(text: str, state: dict[ObjectName, str]) -> None:
    text = text.split(_END)[0]
    marks = [*_MARKER.finditer(text)]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        kind, _, name = mark[2].partition(" ")
        if mark[1] == "object":
            state[kind, name] = text[mark.end() : end].split(_AS_OWNER)[0].strip() + "\n"
        elif mark[1] == "gone":
            state.pop((kind, name), None)


def migrated_state(folder: Path) -> State:
    """Return the state after all migrations of a folder."""
    return State(migrated_objects(folder), migrated_facts(folder))


def changes(state: dict[ObjectName, str], wanted: Iterable[SqlObject]) -> list[Change]:
    """Return the differences between migrated objects and desired ones."""
    return Transition(State(state), State(_texts(wanted))).changes


def _texts(wanted: Iterable[SqlObject]) -> dict[ObjectName, str]:
    return {(one.kind, one.name): one.sql.strip() + "\n" for one in wanted}


def plan(before: State, desired: Desired, dropped_sources: Iterable[str] = ()) -> Migration | None:
    """Return the migration from a state to the desired one; None: nothing has changed.

    Raises:
        Refused: data would be destroyed, and neither contracts nor `dropped_sources` allow it.
        StructuralChange: roles, schemas or default privileges changed.
    """
    after = State(_texts(desired.objects), desired.facts)
    renames = _renames(before, desired)
    forward = Transition(before, after, renames)
    if not forward.changes:
        return None
    if not before.objects:
        apply_sql, rollback_sql = migration_texts(forward.changes)
        files = {"apply.sql": apply_sql, "rollback.sql": rollback_sql}
        return Migration({**files, FILE: facts_text(after.facts)}, [], [])
    if basic := [one for one in forward.changes if one.kind in _FOUNDATION]:
        raise StructuralChange(basic)
    allowed = {**desired.allowed, **dict.fromkeys(dropped_sources, ("drop source",))}
    if found := refused(forward, allowed):
        raise Refused(found)
    backward = Transition(
        after, before, {e: {n: o for o, n in r.items()} for e, r in renames.items()}
    )
    files = {
        "apply.sql": _text(forward, "Written by `make migration`. Never edited after release."),
        "rollback.sql": _text(
            backward, "Written by `make migration`: the way back from apply.sql."
        ),
        FILE: facts_text(changed_facts(before.facts, after.facts)),
    }
    if altered := [
        c for c in forward.changes if c.kind == "table" and c.after and c.name in forward.tables
    ]:
        files["state.sql"] = "".join(_state(altered))
    commands = [
        f"CALL etl.reprocess_extract({literal(extract)}, NULL, NULL);  -- {reason}"
        for extract, reason in notes(forward)
    ]
    return Migration(files, [*words(forward)], commands)


def _renames(before: State, desired: Desired) -> dict[str, dict[str, str]]:
    """Return, by extract, the former and new names of columns that this migration renames."""
    found: dict[str, dict[str, str]] = {}
    for key, names in desired.renames.items():
        columns = {column["name"] for column in before.facts.get(key, {}).get("columns", ())}
        found[key.partition("/")[2]] = {
            old: new for old, new in names.items() if old in columns and new not in columns
        }
    return found


def _text(transition: Transition, heading: str) -> str:
    summary = [*words(transition)]
    lines = "".join(f"--   {line}\n" for line in summary)
    announced = "".join(
        f"CALL etl.announce_reprocess({literal(extract)}, {literal(reason)});\n"
        for extract, reason in warnings(transition)
    )
    return "".join(
        [
            f"-- {heading}\n{lines}{_TIMEOUT}{_AS_OWNER}",
            *transition.sections(),
            f"\n{_END}\n{announced}RESET ROLE;\n",
        ]
    )


def _state(altered: list[Change]) -> Iterator[str]:
    yield "-- The altered tables, as they are afterwards. Read by `make migration`, never run.\n"
    for change in altered:
        yield f"\n-- object: {change.kind} {change.name}\n{change.after}"


def next_migration(folder: Path, title: str) -> tuple[str, str | None]:
    """Return the name of the next migration of a folder, and the name of the last one."""
    names = sorted(path.parent.name for path in folder.glob("*/apply.sql"))
    if not names:
        return "0001_initial", None
    return f"{int(names[-1][:4]) + 1:04}_{title}", names[-1]


def migration_texts(found: list[Change]) -> tuple[str, str]:
    """Return apply.sql and rollback.sql of a first migration, which creates everything."""
    return "".join(_first(found)), _FIRST_ROLLBACK


def _first(found: list[Change]) -> Iterator[str]:
    """Yield the statements: roles and schemas as the login that migrates, the rest as the owner."""
    yield f"-- Written by `make migration`. Never edited after release.\n{_TIMEOUT}"
    is_owner = False
    for change in found:
        if change.kind not in ("roles", "schema") and not is_owner:
            is_owner = True
            yield _AS_OWNER
        yield f"\n-- object: {change.kind} {change.name}\n{change.after}"
    yield f"\n{_END}\nRESET ROLE;\n"


_FIRST_ROLLBACK = """-- Written by `make migration`: the way back from apply.sql. It drops all data.
-- The roles stay: they belong to the whole server, and another database may use them.
SET LOCAL lock_timeout = '5s';
SET LOCAL ROLE etl_owner;
DROP SCHEMA core CASCADE;
DROP SCHEMA stg CASCADE;
DROP SCHEMA raw CASCADE;
DROP SCHEMA etl CASCADE;
ALTER DEFAULT PRIVILEGES FOR ROLE etl_owner GRANT EXECUTE ON ROUTINES TO PUBLIC;
RESET ROLE;
"""
