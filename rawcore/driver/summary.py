"""What a run says at its end: counts by batch and extract, and the files that are not done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from rawcore import console
from rawcore.driver.plan import Plan

Row = dict[str, Any]
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


class Queries(Protocol):
    """What a report needs of a run."""

    def query(self, statement: str, *parameters: object) -> list[Row]:
        """Return the rows of a statement."""


def report(this: Queries, plan: Plan, finished: Row, listing: Row, as_json: bool) -> int:
    """Print the summary of a run; return the exit code: 1 if a file failed or is held."""
    run_id = finished["load_run_id"]
    counts = this.query(
        "SELECT * FROM etl.run_summary WHERE load_run_id = %s ORDER BY batch, extract", run_id
    )
    open_files = this.query(
        "SELECT load_run_file_id AS file, extract, s3_key, status, error_class, problem"
        " FROM etl.run_files WHERE load_run_id = %s"
        " AND status NOT IN ('processed', 'skipped', 'superseded', 'excluded')"
        " ORDER BY load_run_file_id",
        run_id,
    )
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
