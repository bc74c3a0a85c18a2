"""The commands that only look: plan, status, health, trace, verify."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from rawcore import console
from rawcore.driver.database import Row
from rawcore.driver.options import Options
from rawcore.driver.run import Run
from rawcore.errors import BadKey
from rawcore.settings import Settings
from rawcore.stores.store import open_store


def plan(settings: Settings, options: Options) -> int:
    """List the store, register what is there, and show what a run would do, and why."""
    this = _look(settings, options)
    this.check()
    counts = this.register(open_store(settings, this.log))
    found = this.plan(whole=True)
    unreadable = this.query(
        "SELECT s3_key, name_problem, first_seen FROM etl.s3_objects"
        " WHERE source = %s AND name_problem IS NOT NULL ORDER BY first_seen DESC, s3_key LIMIT %s",
        this.source.name,
        None if options.as_json else 20,
    )
    if options.as_json:
        console.print_json({"listing": counts, **found.document(), "unreadable": unreadable})
        return 0
    console.show("The listing", [counts])
    if unreadable:
        console.show("Names that cannot be read (the newest 20)", unreadable)
    found.show()
    if not found.todo:
        console.say("Nothing to do.")
    return 0


def status(settings: Settings, as_json: bool) -> int:
    """Show the newest runs and how many files are in which state."""
    this = _look(settings, Options(as_json=as_json))
    runs = this.query(
        "SELECT load_run_id, mode, status, requested_by, started_at, finished_at, notes"
        " FROM etl.load_runs WHERE source = %s ORDER BY load_run_id DESC LIMIT 10",
        this.source.name,
    )
    files = this.query(
        "SELECT status, count(*) AS files, sum(size_bytes)::bigint AS bytes,"
        " min(date_extracted) AS oldest_batch, max(date_extracted) AS newest_batch"
        " FROM etl.load_run_files WHERE source = %s GROUP BY status ORDER BY status",
        this.source.name,
    )
    if as_json:
        console.print_json({"runs": runs, "files": files})
        return 0
    console.show("Newest runs", runs)
    console.show("Files by state", files)
    return 0


def health(settings: Settings, as_json: bool) -> int:
    """Show etl.health."""
    _show(settings, "Health", as_json, "SELECT * FROM etl.health")
    return 0


def trace(settings: Settings, table: str, key: Sequence[str], as_json: bool) -> int:
    """Show where the rows of a key of core came from.

    The key is its natural key, value by value, or NAME=VALUE pairs. Raises BadKey.
    """
    this = _look(settings, Options(as_json=as_json))
    found = this.query(
        "SELECT e.natural_key, s.tenant_columns"
        " FROM etl.extracts AS e JOIN etl.sources AS s USING (source)"
        " WHERE %s IN (core_table, stg_table, split_part(core_table, '.', 2), extract)",
        table,
    )
    (names, tenant) = found[0].values() if found else ([], [])
    if not found or all(re.match(r"[a-z_0-9]+=", part) for part in key):
        values = dict(part.split("=", 1) for part in key if "=" in part)  # no table: SQL says so
    elif len(key) in (len(names), len(tenant) + len(names)):
        values = dict(zip([*tenant, *names][-len(key) :], key, strict=True))
    else:
        raise BadKey(names=" ".join(f"{name}=…" for name in names) or "NAME=VALUE")
    rows = this.query("SELECT * FROM etl.trace(%s, %s::jsonb)", table, json.dumps(values))
    if not rows and not as_json:
        console.say(f"{table} {' '.join(key)}: nothing found.")
    console.show_records(f"{table} {' '.join(key)}", rows, as_json)
    return 0


def verify(settings: Settings, extracts: Sequence[str], as_json: bool) -> int:
    """Show what of some extracts, or of all, is not as its files make it; return 1 if anything."""
    this = _look(settings, Options(as_json=as_json))
    every = "SELECT extract FROM etl.extracts WHERE source = %s ORDER BY load_order, extract"
    names = list(extracts) or [row["extract"] for row in this.query(every, this.source.name)]
    found = [
        {"extract": name, **row}
        for name in names
        for row in this.query("SELECT * FROM etl.verify(%s)", name)
    ]
    if found or as_json:
        console.show("What is not as its files make it", found, as_json=as_json)
    else:
        console.say(f"{len(names)} extract(s) verified: raw, stg, core and counts agree.")
    return 1 if found else 0


def _show(
    settings: Settings, title: str, as_json: bool, statement: str, *values: Any
) -> Sequence[Row]:
    rows = _look(settings, Options(as_json=as_json)).query(statement, *values)
    if not rows and not as_json:
        console.say(f"{title}: nothing found.")
    else:
        console.show(title, rows, as_json=as_json)
    return rows


def _look(settings: Settings, options: Options) -> Run:
    return Run(settings, options, console.make_log(settings.rawcore_log, quiet=True))
