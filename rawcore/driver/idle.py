"""What a run says that has nothing to do: what it leaves, and if its options choose anything."""

from __future__ import annotations

from typing import Any

from rawcore import console
from rawcore.driver.control import Control
from rawcore.driver.options import Options
from rawcore.driver.plan import Plan

_CHOSEN = """
WITH files AS (
    SELECT
        f.date_extracted AT TIME ZONE s.timezone AS batch,
        starts_with(f.s3_key, coalesce(%s::text, '')) AS is_chosen
    FROM etl.load_run_files AS f
    JOIN etl.sources AS s USING (source)
    WHERE f.source = %s
)
SELECT
    count(*) FILTER (
        WHERE is_chosen
            AND batch = coalesce(%s::timestamp, batch)
            AND batch >= coalesce(%s::timestamp, batch)
            AND batch <= coalesce(%s::timestamp, batch)
    ) AS chosen,
    to_char(max(batch), 'YYYY-MM-DD HH24:MI') AS newest
FROM files
"""


def say_nothing_to_do(this: Control, options: Options, plan: Plan, listing: dict[str, Any]) -> int:
    """Print that a run has nothing to do, and what it leaves; return the exit code."""
    left = [row for row in plan.files if row["action"] == "leave"]
    failed = sum(row["status"] == "failed" for row in left)
    nothing = _chooses_nothing(this, options)
    said = [
        (not listing["objects"], _no_object(this)),
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
    return plan.exit_code


def _no_object(this: Control) -> str:
    prefix = this.settings.s3_bucket_prefix
    return "the store lists no object" + (f" that starts with {prefix}" if prefix else "")


def _chooses_nothing(this: Control, options: Options) -> str | None:
    """Say that no file fits batch and prefix of the options; None: one does, or all do."""
    times = (options.batch, options.date_from, options.date_to)
    if not (any(times) or options.prefix):
        return None
    found = this.one(_CHOSEN, options.prefix, this.source.name, *times)
    if found["chosen"]:
        return None
    return f"no file fits the options, the newest batch is {found['newest'] or 'none'}"
