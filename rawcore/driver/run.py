"""One run: list, register, plan, land, process, report. Its options are one JSON document.

`etl.read_options` says which options there are; they are handed to it as the command line gives
them, and recorded with the run.
"""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from typing import Any

from rawcore import console
from rawcore.driver.crew import land_and_process
from rawcore.driver.report import Plan, say_nothing_to_do, show_plan, show_run
from rawcore.driver.session import Row, Session, ask, check_contracts, refuse_pooler, translated
from rawcore.errors import OtherBucket, RawcoreError
from rawcore.settings import Settings
from rawcore.stores.store import Store, open_store

RunOptions = dict[str, Any]


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
    """List the store, register what is there, and show what a run would do, and why."""
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
    show_plan(found, counts, unreadable, as_json)
    return 0


def _whole(options: RunOptions, settings: Settings, store: Store) -> RunOptions:
    """Add to the options what the settings decide."""
    return {**options, "jobs": settings.rawcore_jobs, "bucket": store.bucket}


def register(session: Session, store: Store) -> Row:
    """Copy the listing into the database and let SQL make files of it; return its counts."""
    began = time.monotonic()
    counts = session.through(lambda: _register(session, store))
    session.log.info("listed", **counts, seconds=round(time.monotonic() - began, 2))
    return counts


def _register(session: Session, store: Store) -> Row:
    listing_id = str(uuid.uuid4())
    connection = session.connection
    # One transaction: nothing of a listing stays that was not taken in.
    with translated(), connection.transaction(), connection.cursor() as cursor:
        with cursor.copy(
            "COPY etl.s3_listing (listing_id, s3_bucket, s3_key, size_bytes, etag, last_modified)"
            " FROM STDIN"
        ) as copy:
            for one in store.list(session.settings.s3_bucket_prefix):
                key = one.key.replace("\0", r"\x00")  # kept and reported: it fits no pattern
                copy.write_row(
                    (listing_id, store.bucket, key, one.size, one.etag, one.last_modified)
                )
        (counts,) = ask(connection, "register_listing", session.source.name, listing_id)
    return counts


def plan_of(session: Session, options: RunOptions, whole: bool) -> Plan:
    """Return what a run with these options would do; not `whole`: of the files, those held."""
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
        with suppress(RawcoreError):  # the next start closes the run if this cannot
            session.rows("finish_run", run_id)
        raise
    finished = session.row("finish_run", run_id)
    seconds = round(time.monotonic() - began, 2)
    log.info("finished", run=run_id, status=finished["status"], files=found.todo, seconds=seconds)
    code = show_run(session, found, finished, counts, as_json)
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
        say_nothing_to_do(session, options, found, counts)
    return found.exit_code


def _join(session: Session, store: Store, run_id: int, quiet: bool) -> int:
    """Share the work of a run that another driver began; return the exit code."""
    bucket = session.value("join_run", session.source.name, run_id, store.bucket)
    if bucket is not None:
        raise OtherBucket(bucket=bucket, here=store.bucket)
    unreachable = land_and_process(session, store, run_id, size=0, files=0, watched=quiet)
    if unreachable is not None:
        raise unreachable
    failed: int = session.row("run_progress", run_id)["files_failed"]
    session.log.info("joined", run=run_id, files_failed=failed)
    return int(failed > 0)
