"""What a person reads: the plan of a run, its summary, and the commands that only look.

Plan, summary, why there is nothing to do; then status, health, trace, verify.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rawcore import console
from rawcore.driver.session import Row, Session, check_contracts
from rawcore.errors import BadKey
from rawcore.settings import Settings

_SHOWN = 100
_SHORT = {
    "files_failed": "failed",
    "files_held": "held",
    "files_skipped": "skipped",
    "rows_read": "rows",
    "rows_ingested": "ingested",
    "rows_unchanged": "unchanged",
    "rows_duplicate": "duplicate",
    "rows_rejected": "rejected",
    "core_inserted": "inserted",
    "core_updated": "updated",
    "core_closed": "closed",
}
_IF_ANY = ("failed", "held", "skipped", "closed")
_DONE = ("processed", "skipped", "superseded", "excluded")


@dataclass(frozen=True, slots=True)
class Plan:
    """What SQL planned: a row per open file, or none; per held file; per batch and tenant.

    `states` are all files of the source, by state.
    """

    files: Sequence[Row]
    held: Sequence[Row]
    batches: Sequence[Row]
    states: Sequence[Row]

    def count(self, *actions: str) -> int:
        """Return how many files are to land, process, hold or leave."""
        return sum(row[action] for row in self.batches for action in actions)

    @property
    def todo(self) -> int:
        """How many files a run would land and process."""
        return self.count("land", "process")

    @property
    def done(self) -> Row:
        """How many files were done before, by state."""
        return {row["status"]: row["files"] for row in self.states if row["status"] in _DONE}

    @property
    def bytes_to_land(self) -> int:
        """Size of the files to land."""
        return sum(row["bytes"] for row in self.batches)

    @property
    def incomplete(self) -> list[Row]:
        """The batches that lack an extract."""
        names = ("batch", "tenant", "missing")
        return [{name: row[name] for name in names} for row in self.batches if row["missing"]]

    @property
    def exit_code(self) -> int:
        """1 if there is nothing to do but a batch that is held back, else 0."""
        return int(not self.todo and any(row["status"] != "held" for row in self.held))

    @property
    def seconds(self) -> float | None:
        """How long it may take by what was measured lately; None: nothing was."""
        known = [float(row["seconds"]) for row in self.batches if row["seconds"] is not None]
        return round(sum(known), 2) if known else None

    def document(self) -> Row:
        """Return it for --json."""
        return {
            "estimated_seconds": self.seconds,
            "bytes_to_land": self.bytes_to_land,
            "batches": self.batches,
            "plan": self.files,
            "done": self.done,
        }

    def show(self) -> None:
        """Print it for people."""
        if self.batches:
            console.show("Batches", self.batches)
        if self.files:
            console.show("What a run would do", self.files[:_SHOWN])
        if len(self.files) > _SHOWN:
            console.say(f"… and {len(self.files) - _SHOWN:,} more files: --json shows all.")
        about = f", about {self.seconds:,} s by what was measured lately" if self.seconds else ""
        done = ", ".join(f"{count:,} {status}" for status, count in self.done.items())
        if self.todo:
            size = f"{self.bytes_to_land:,} bytes to land"
            console.say(f"{self.todo:,} file(s) to do, {size}{about}.")
        if done:
            console.say(f"Done before: {done}.")


def show_plan(plan: Plan, listing: Row, unreadable: Sequence[Row], as_json: bool) -> None:
    """Show the listing, the names that cannot be read, and the plan."""
    if as_json:
        console.print_json({"listing": listing, **plan.document(), "unreadable": unreadable})
        return
    console.show("The listing", [listing])
    if unreadable:
        console.show("Names that cannot be read (the newest 20)", unreadable)
    plan.show()
    if not plan.todo:
        console.say("Nothing to do.")


def show_run(session: Session, plan: Plan, finished: Row, listing: Row, as_json: bool) -> int:
    """Print the summary of a run; return the exit code: 1 if a file failed or is held."""
    run_id = finished["load_run_id"]
    counts = session.rows("summary_of_run", run_id)
    open_files = session.rows("open_files", run_id)
    held = [
        {
            "file": row["load_run_file_id"],
            "extract": row["extract"],
            "s3_key": row["s3_key"],
            "problem": row["reason"].removeprefix("held: "),
        }
        for row in plan.held
    ]
    code = 0 if finished["status"] == "succeeded" and not held else 1
    if as_json:
        console.print_json(
            {
                "run": finished,
                "summary": counts,
                "open_files": open_files,
                "held": held,
                "incomplete": plan.incomplete,
            }
        )
        return code
    console.show(f"Run {run_id}: {finished['status']}", _short(counts))
    if open_files:
        console.show("Files that are not done", open_files)
    if held:
        console.show("Files that are held", held)
    if plan.incomplete:
        console.show("Batches that lack an extract", plan.incomplete)
    if listing["unparsed"]:
        console.say(f"{listing['unparsed']} name(s) cannot be read: see `python ingest.py plan`.")
    return code


def _short(counts: Sequence[Row]) -> list[Row]:
    """Shorten the headings, leave out what never happened, add a line of totals."""
    rows = [
        {
            "batch": row["batch"],
            "extract": row["extract"],
            "files": row["files"],
            **{short: row[name] for name, short in _SHORT.items()},
        }
        for row in counts
    ]
    names = [
        name
        for name in (rows[0] if rows else {})
        if name not in _IF_ANY or any(row[name] for row in rows)
    ]
    if len(rows) > 1:
        total = {name: sum(row[name] for row in rows) for name in names[2:]}
        rows.append({"batch": None, "extract": "total", **total})
    return [{name: row[name] for name in names} for row in rows]


def say_nothing_to_do(session: Session, options: dict[str, Any], plan: Plan, listing: Row) -> None:
    """Print that a run has nothing to do, and what it leaves."""
    left = [row for row in plan.files if row["action"] == "leave"]
    failed = sum(row["status"] == "failed" for row in left)
    nothing = _chooses_nothing(session, options)
    said = [
        (not listing["objects"], _no_object(session)),
        (nothing, nothing),
        (plan.held, f"{len(plan.held)} file(s) are held"),
        (failed, f"{failed} failed before (--mode retry takes them)"),
        (len(left) - failed, f"{len(left) - failed} are left"),
        (plan.exit_code, "a batch is held back because it is not complete"),
        (listing["unparsed"], f"{listing['unparsed']} name(s) cannot be read"),
    ]
    remarks = "".join(f"; {remark}" for is_so, remark in said if is_so)
    hint = ": see `python ingest.py plan`" if remarks else ""
    console.say(f"Nothing to do{remarks}{hint}.")


def _no_object(session: Session) -> str:
    prefix = session.settings.s3_bucket_prefix
    return "the store lists no object" + (f" that starts with {prefix}" if prefix else "")


def _chooses_nothing(session: Session, options: dict[str, Any]) -> str | None:
    """Return the remark that no file fits batch and prefix; None: one does, or all do."""
    if not options.keys() & {"batch", "from", "to", "prefix"}:
        return None
    found = session.row("chosen_files", session.source.name, options)
    if found["files"]:
        return None
    return f"no file fits the options, the newest batch is {found['newest_batch'] or 'none'}"


def status(settings: Settings, as_json: bool) -> int:
    """Show the newest runs and how many files are in which state."""
    with _looking(settings) as session:
        runs = session.rows("newest_runs", session.source.name)
        files = session.rows("count_files", session.source.name)
    if as_json:
        console.print_json({"runs": runs, "files": files})
        return 0
    console.show("Newest runs", runs)
    console.show("Files by state", files)
    return 0


def health(settings: Settings, as_json: bool) -> int:
    """Show etl.health."""
    with _looking(settings) as session:
        rows = session.rows("report_health")
    console.show("Health", rows, as_json=as_json)
    return 0


def trace(settings: Settings, table: str, key: Sequence[str], as_json: bool) -> int:
    """Show where the rows of a key of core came from.

    The key is its natural key, value by value, or NAME=VALUE pairs. Raises BadKey.
    """
    with _looking(settings) as session:
        columns = session.rows("key_columns", table)
        rows = session.rows("trace", table, _key_values(columns, key))
    if not rows and not as_json:
        console.say(f"{table} {' '.join(key)}: nothing found.")
    console.show_records(f"{table} {' '.join(key)}", rows, as_json)
    return 0


def _key_values(columns: Sequence[Row], key: Sequence[str]) -> dict[str, str]:
    """Return the values of a key by column; of an unknown table what is named: SQL refuses it."""
    tenant, names = columns[0].values() if columns else ([], [])
    if not columns or all(re.match(r"[a-z_0-9]+=", part) for part in key):
        return dict(part.split("=", 1) for part in key if "=" in part)
    if len(key) not in (len(names), len(tenant) + len(names)):
        raise BadKey(names=" ".join(f"{name}=…" for name in names) or "NAME=VALUE")
    return dict(zip([*tenant, *names][-len(key) :], key, strict=True))


def verify(settings: Settings, extracts: Sequence[str], as_json: bool) -> int:
    """Show what of some extracts, or of all, is not as its files make it; return 1 if anything."""
    with _looking(settings) as session:
        known = session.rows("list_extracts", session.source.name)
        names = list(extracts) or [row["extract"] for row in known]
        found = [{"extract": name, **row} for name in names for row in session.rows("verify", name)]
    if found or as_json:
        console.show("What is not as its files make it", found, as_json=as_json)
    else:
        console.say(f"{len(names)} extract(s) verified: raw, stg, core and counts agree.")
    return 1 if found else 0


@contextmanager
def _looking(settings: Settings) -> Iterator[Session]:
    """Open the session of a command that only looks; it ends with the block."""
    log = console.make_log(settings.rawcore_log, quiet=True)
    with Session(settings, log) as session:
        check_contracts(session.source, settings.rawcore_contracts)
        yield session
