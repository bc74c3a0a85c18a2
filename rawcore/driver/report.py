"""The summary of a run, and the commands that only read: status, health, trace and verify."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rawcore import console
from rawcore.driver.session import Row, Session, check_contracts
from rawcore.errors import BadKey
from rawcore.settings import Settings

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


def show_run(
    session: Session,
    finished: Row,
    *,
    held: Sequence[Row],
    incomplete: Sequence[Row],
    unread: int,
    as_json: bool,
) -> int:
    """Print the summary of a run; return the exit code: 1 if a file failed or is held."""
    run_id = finished["load_run_id"]
    counts = session.rows("summary_of_run", run_id)
    open_files = session.rows("open_files", run_id)
    waiting = [
        {
            "file": row["load_run_file_id"],
            "extract": row["extract"],
            "s3_key": row["s3_key"],
            "problem": row["reason"].removeprefix("held: "),
        }
        for row in held
    ]
    code = 0 if finished["status"] == "succeeded" and not held else 1
    if as_json:
        console.print_json(
            {
                "run": finished,
                "summary": counts,
                "open_files": open_files,
                "held": waiting,
                "incomplete": incomplete,
            }
        )
        return code
    console.show(f"Run {run_id}: {finished['status']}", _short(counts))
    if open_files:
        console.show("Files that are not done", open_files)
    if waiting:
        console.show("Files that are held", waiting)
    if incomplete:
        console.show("Batches that lack an extract", incomplete)
    if unread:
        console.say(f"{unread} file name(s) cannot be read: see `python ingest.py plan`.")
    return code


def _short(counts: Sequence[Row]) -> list[Row]:
    """Shorten the headings, leave out optional columns that are all 0, add a line of totals."""
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
    """Return the values of a key by column.

    If the table is unknown, returns the NAME=VALUE pairs: the engine then refuses the table.
    """
    tenant, names = columns[0].values() if columns else ([], [])
    if not columns or all(re.match(r"[a-z_0-9]+=", part) for part in key):
        return dict(part.split("=", 1) for part in key if "=" in part)
    if len(key) not in (len(names), len(tenant) + len(names)):
        raise BadKey(names=" ".join(f"{name}=…" for name in names) or "NAME=VALUE")
    return dict(zip([*tenant, *names][-len(key) :], key, strict=True))


def verify(settings: Settings, extracts: Sequence[str], as_json: bool) -> int:
    """Show where raw, stg, core and counts of extracts (default: all) disagree; return 1 if so."""
    with _looking(settings) as session:
        known = session.rows("list_extracts", session.source.name)
        names = list(extracts) or [row["extract"] for row in known]
        found = [{"extract": name, **row} for name in names for row in session.rows("verify", name)]
    if found or as_json:
        console.show("Violations", found, as_json=as_json)
    else:
        console.say(f"{len(names)} extract(s) verified: raw, stg, core and counts agree.")
    return 1 if found else 0


@contextmanager
def _looking(settings: Settings) -> Iterator[Session]:
    """Open the session of a command that only reads; it ends with the block."""
    log = console.make_log(settings.rawcore_log, quiet=True)
    with Session(settings, log) as session:
        check_contracts(session.source, settings.rawcore_contracts)
        yield session
