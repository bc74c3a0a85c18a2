"""One run: list, register, plan, land, process. Its options are one JSON document.

The driver passes the options on as the command line gives them. `etl.read_options` checks them, and
they are recorded with the run.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rawcore import console
from rawcore.driver.crew import land_and_process
from rawcore.driver.report import show_run
from rawcore.driver.session import Row, Session, ask, check_contracts, refuse_pooler, translated
from rawcore.errors import OtherBucket, RawcoreError
from rawcore.settings import Settings
from rawcore.stores.store import Store, open_store

RunOptions = dict[str, Any]
_SHOWN = 100
_DONE = ("processed", "skipped", "superseded", "excluded")


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan that the engine made.

    `files` has a row for each open file, or none if only the totals were asked for; `held` one for
    each held file; `batches` one for each batch and tenant; `states` counts all files by state.
    """

    files: Sequence[Row]
    held: Sequence[Row]
    batches: Sequence[Row]
    states: Sequence[Row]

    def count(self, *actions: str) -> int:
        """Return for how many files one of these actions is planned: land, process, hold, leave."""
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
        """1 if there is nothing to do and a batch is held back, else 0."""
        return int(not self.todo and any(row["status"] != "held" for row in self.held))

    @property
    def seconds(self) -> float | None:
        """Estimated from recent runs; None: there is nothing to estimate from."""
        known = [float(row["seconds"]) for row in self.batches if row["seconds"] is not None]
        return round(sum(known), 2) if known else None

    def document(self) -> Row:
        """Return the plan as a document for --json."""
        return {
            "estimated_seconds": self.seconds,
            "bytes_to_land": self.bytes_to_land,
            "batches": self.batches,
            "plan": self.files,
            "done": self.done,
        }

    def show(self) -> None:
        """Print the plan as tables."""
        if self.batches:
            console.show("Batches", self.batches)
        if self.files:
            console.show("What a run would do", self.files[:_SHOWN])
        if len(self.files) > _SHOWN:
            console.say(f"… and {len(self.files) - _SHOWN:,} more files: --json shows all.")
        about = f", about {self.seconds:,} s by the speed of recent runs" if self.seconds else ""
        done = ", ".join(f"{count:,} {status}" for status, count in self.done.items())
        if self.todo:
            size = f"{self.bytes_to_land:,} bytes to land"
            console.say(f"{self.todo:,} file(s) to do, {size}{about}.")
        if done:
            console.say(f"Done before: {done}.")


def run(
    settings: Settings,
    options: RunOptions,
    *,
    join: int | None = None,
    dry_run: bool = False,
    as_json: bool = False,
) -> int:
    """Do a whole run, or share the work of run `join`; return the exit code.

    0: done or nothing to do; 1: a file failed or is held.
    """
    quiet = console.has_terminal() and settings.rawcore_log == "console"
    log = console.make_log(settings.rawcore_log, quiet)
    store = open_store(settings, log)
    options = _whole(options, settings, store)
    with Session(settings, log) as session:
        check_contracts(session.source, settings.rawcore_contracts)
        refuse_pooler(session.connection, session.url, settings)
        if join is not None:
            return _join(session, store, join, quiet)
        session.rows("read_options", session.source.name, options)
        session.lock()
        counts = register(session, store)
        found = plan_of(session, options, whole=dry_run)
        if dry_run or not found.todo:
            whole = found if dry_run else plan_of(session, options, whole=True)
            return _show_only(session, options, whole, counts, as_json)
        return _run(session, store, options, found, counts, quiet, as_json)


def plan(settings: Settings, options: RunOptions, *, as_json: bool = False) -> int:
    """List the store, register the objects, and show what a run would do, and why."""
    log = console.make_log(settings.rawcore_log, quiet=True)
    store = open_store(settings, log)
    options = _whole(options, settings, store)
    with Session(settings, log) as session:
        check_contracts(session.source, settings.rawcore_contracts)
        session.rows("read_options", session.source.name, options)
        counts = register(session, store)
        found = plan_of(session, options, whole=True)
        most = None if as_json else 20
        unreadable = session.rows("unread_names", session.source.name, most)
    _show_plan(found, counts, unreadable, as_json)
    return 0


def _whole(options: RunOptions, settings: Settings, store: Store) -> RunOptions:
    """Add the options that come from the settings."""
    return {**options, "jobs": settings.rawcore_jobs, "bucket": store.bucket}


def register(session: Session, store: Store) -> Row:
    """Copy the listing into the database, which registers the files; return its counts."""
    began = time.monotonic()
    counts = session.through(lambda: _register(session, store))
    session.log.info("listed", **counts, seconds=round(time.monotonic() - began, 2))
    return counts


def _register(session: Session, store: Store) -> Row:
    listing_id = str(uuid.uuid4())
    connection = session.connection
    # One transaction: a listing that breaks off leaves no rows behind.
    with translated(), connection.transaction(), connection.cursor() as cursor:
        with cursor.copy(
            "COPY etl.s3_listing (listing_id, s3_bucket, s3_key, size_bytes, etag, last_modified)"
            " FROM STDIN"
        ) as copy:
            for one in store.list(session.settings.s3_bucket_prefix):
                key = one.key.replace("\0", r"\x00")  # the key fits no pattern, so it is reported
                copy.write_row(
                    (listing_id, store.bucket, key, one.size, one.etag, one.last_modified)
                )
        (counts,) = ask(connection, "register_listing", session.source.name, listing_id)
    return counts


def plan_of(session: Session, options: RunOptions, whole: bool) -> Plan:
    """Return what a run with these options would do; unless `whole`, without its open files."""
    source = session.source.name
    files = session.rows("plan_files" if whole else "held_files", source, options)
    return Plan(
        files=files if whole else [],
        held=[row for row in files if not whole or row["action"] == "hold"],
        batches=session.rows("plan_batches", source, options),
        states=session.rows("count_files", source),
    )


def start(session: Session, options: RunOptions) -> int:
    """Open the run and write its plan; return load_run_id."""
    run_id: int = session.value("start_run", session.source.name, options)
    session.value("plan_run", run_id)
    return run_id


def _run(
    session: Session,
    store: Store,
    options: RunOptions,
    found: Plan,
    counts: Row,
    quiet: bool,
    as_json: bool,
) -> int:
    """Land and process what was planned; return the exit code."""
    log, began = session.log, time.monotonic()
    run_id = start(session, options)
    size, to_land = found.bytes_to_land, found.count("land")
    log.info("planned", run=run_id, files=found.todo, to_land=to_land, bytes=size)
    for one in found.incomplete:
        log.warning("batch incomplete", run=run_id, **{**one, "batch": str(one["batch"])})
    try:
        unreachable = land_and_process(
            session, store, run_id, size=size, files=found.todo, watched=quiet
        )
    except RawcoreError:
        with suppress(RawcoreError):  # if this fails, the next run closes this one
            session.rows("finish_run", run_id)
        raise
    finished = session.row("finish_run", run_id)
    seconds = round(time.monotonic() - began, 2)
    log.info("finished", run=run_id, status=finished["status"], files=found.todo, seconds=seconds)
    code = show_run(
        session,
        finished,
        held=found.held,
        incomplete=found.incomplete,
        unread=counts["unparsed"],
        as_json=as_json,
    )
    if unreachable is not None:
        raise unreachable
    return code


def _show_only(
    session: Session, options: RunOptions, found: Plan, counts: Row, as_json: bool
) -> int:
    """Show what a run would do, or why there is nothing to do; return the exit code."""
    if as_json:
        console.print_json({"run": None, "listing": counts, **found.document()})
    elif found.todo:
        found.show()
    else:
        _say_nothing_to_do(session, options, found, counts)
    return found.exit_code


def _join(session: Session, store: Store, run_id: int, quiet: bool) -> int:
    """Share the work of a run that another driver started; return the exit code."""
    bucket = session.value("join_run", session.source.name, run_id, store.bucket)
    if bucket is not None:
        raise OtherBucket(bucket=bucket, here=store.bucket)
    unreachable = land_and_process(session, store, run_id, size=0, files=0, watched=quiet)
    if unreachable is not None:
        raise unreachable
    failed: int = session.row("run_progress", run_id)["files_failed"]
    session.log.info("joined", run=run_id, files_failed=failed)
    return int(failed > 0)


def _show_plan(plan: Plan, listing: Row, unreadable: Sequence[Row], as_json: bool) -> None:
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


def _say_nothing_to_do(session: Session, options: RunOptions, plan: Plan, listing: Row) -> None:
    """Print that there is nothing to do, and count the files that the run does not take."""
    left = [row for row in plan.files if row["action"] == "leave"]
    failed = sum(row["status"] == "failed" for row in left)
    nothing = _chooses_nothing(session, options)
    said = [
        (not listing["objects"], _no_object(session)),
        (nothing, nothing),
        (plan.held, f"{len(plan.held)} file(s) are held"),
        (failed, f"{failed} file(s) failed before (--mode retry takes them)"),
        (len(left) - failed, f"{len(left) - failed} file(s) are not taken with these options"),
        (plan.exit_code, "a batch is held back because it is not complete"),
        (listing["unparsed"], f"{listing['unparsed']} file name(s) cannot be read"),
    ]
    remarks = "".join(f"; {remark}" for is_so, remark in said if is_so)
    hint = ": see `python ingest.py plan`" if remarks else ""
    console.say(f"Nothing to do{remarks}{hint}.")


def _no_object(session: Session) -> str:
    prefix = session.settings.s3_bucket_prefix
    return "the store lists no object" + (f" that starts with {prefix}" if prefix else "")


def _chooses_nothing(session: Session, options: RunOptions) -> str | None:
    """Return the remark that no file fits the options; None: a file does, or all are wanted."""
    if not options.keys() & {"batch", "from", "to", "prefix"}:
        return None
    found = session.row("chosen_files", session.source.name, options)
    if found["files"]:
        return None
    return f"no file fits the options, the newest batch is {found['newest_batch'] or 'none'}"
