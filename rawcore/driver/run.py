"""One run: list, register, plan, land, process, report."""

from __future__ import annotations

import time
import uuid
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from rawcore import console
from rawcore.driver.control import Control
from rawcore.driver.database import (
    Row,
    check_contracts,
    database_url,
    refuse_pooler,
    translated,
)
from rawcore.driver.idle import say_nothing_to_do
from rawcore.driver.options import PLAN_ARGUMENTS, Options
from rawcore.driver.plan import Plan
from rawcore.driver.summary import report
from rawcore.driver.work import land_and_process
from rawcore.errors import RawcoreError, UnknownRun
from rawcore.settings import Settings
from rawcore.stores.store import Store, open_store
from rawcore.stores.store_errors import OtherBucket

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_ELSEWHERE = """
SELECT f.s3_bucket
FROM etl.load_run_plan AS p
JOIN etl.load_run_files AS f USING (load_run_file_id)
WHERE p.load_run_id = %s AND p.action = 'land' AND NOT p.is_landed AND f.s3_bucket <> %s
LIMIT 1
"""
_FAILED = "SELECT count(*) AS files FROM etl.run_files WHERE load_run_id = %s AND status = 'failed'"


class Run(Control):
    """The control connection of a run, and what goes through it."""

    def __init__(self, settings: Settings, options: Options, log: FilteringBoundLogger) -> None:
        super().__init__(database_url(settings), settings, log)
        self.options = options
        self.bucket: str | None = None
        check_contracts(self.source, settings.rawcore_contracts)

    def register(self, store: Store) -> Row:
        """Copy the listing into the database and let SQL make files of it; return its counts."""
        began = time.monotonic()
        self.bucket = store.bucket
        counts = self.through(lambda: self._register(store))
        self.log.info("listed", **counts, seconds=round(time.monotonic() - began, 2))
        return counts

    def _register(self, store: Store) -> Row:
        listing_id = str(uuid.uuid4())
        # One transaction: nothing of a listing stays that was not taken in.
        with translated(), self.connection.transaction(), self.connection.cursor() as cursor:
            with cursor.copy(
                "COPY etl.s3_listing (listing_id, s3_bucket, s3_key, size_bytes, etag,"
                " last_modified) FROM STDIN"
            ) as copy:
                for one in store.list(self.settings.s3_bucket_prefix):
                    key = one.key.replace("\0", r"\x00")  # kept and reported: it fits no pattern
                    copy.write_row(
                        (listing_id, store.bucket, key, one.size, one.etag, one.last_modified)
                    )
            cursor.execute(
                "SELECT * FROM etl.register_listing(%s, %s)", [self.source.name, listing_id]
            )
            return cursor.fetchone() or {}

    def check(self) -> None:
        """Refuse options that no run of the source can have. Raises EngineRefused."""
        parameters = self.options.parameters()
        self.query("SELECT etl.check_parameters(%s, %s::jsonb)", self.source.name, parameters)

    def plan(self, whole: bool) -> Plan:
        """Return what a run with these options would do; not `whole`: of the files, those held."""
        arguments = [self.source.name, *self.options.plan_arguments(self.bucket)]
        files = self.query(
            f"SELECT * FROM etl.plan_files(%s, {PLAN_ARGUMENTS})"  # noqa: S608
            " WHERE %s OR action = 'hold' ORDER BY ordinal",
            *arguments,
            whole,
        )
        batches = self.query(
            f"SELECT * FROM etl.plan_batches(%s, %s, {PLAN_ARGUMENTS})",  # noqa: S608
            self.options.jobs,
            *arguments,
        )
        done = self.query(
            "SELECT status, count(*) AS files FROM etl.load_run_files WHERE source = %s"
            " AND status IN ('processed', 'skipped', 'superseded', 'excluded')"
            " GROUP BY status ORDER BY status",
            self.source.name,
        )
        return Plan(files, batches, {row["status"]: row["files"] for row in done})

    def start(self) -> int:
        """Open the run and write its plan; return load_run_id."""
        options = self.options
        run_id: int = self.one(
            "SELECT etl.start_run(%s, %s, %s::jsonb, %s, 'driver') AS run_id",
            self.source.name,
            options.mode,
            options.parameters(),
            options.note,
        )["run_id"]
        self.query(
            f"SELECT etl.plan_run(%s, {PLAN_ARGUMENTS})",
            run_id,
            *options.plan_arguments(self.bucket),
        )
        return run_id


def run(settings: Settings, options: Options) -> int:
    """Do a whole run; return the exit code (0 done, 1 with failed or held files)."""
    quiet = console.has_terminal() and settings.rawcore_log == "console"
    log = console.make_log(settings.rawcore_log, quiet)
    store = open_store(settings, log)
    with closing(Run(settings, options, log)) as this:
        refuse_pooler(this.connection, this.url, settings)
        if options.join is not None:
            return _join(this, store, options.join, quiet)
        return _run(this, store, quiet)


def _run(this: Run, store: Store, quiet: bool) -> int:
    """Do a whole run, alone in its source; return the exit code."""
    options, log = this.options, this.log
    began = time.monotonic()
    this.check()
    this.lock()
    counts = this.register(store)
    plan = this.plan(whole=options.dry_run)
    if options.dry_run or not plan.todo:
        return _say(this, plan, counts)
    run_id = this.start()
    size, to_land = plan.bytes_to_land, plan.count("land")
    log.info("planned", run=run_id, files=plan.todo, to_land=to_land, bytes=size)
    for one in plan.incomplete:
        log.warning("batch incomplete", run=run_id, **{**one, "batch": str(one["batch"])})
    try:
        unreachable = land_and_process(this, store, run_id, options.jobs, size, plan.todo, quiet)
    except RawcoreError:
        with suppress(RawcoreError):  # the next start closes the run if this cannot
            this.query("SELECT * FROM etl.finish_run(%s)", run_id)
        raise
    finished = this.one("SELECT * FROM etl.finish_run(%s)", run_id)
    seconds = round(time.monotonic() - began, 2)
    log.info("finished", run=run_id, status=finished["status"], files=plan.todo, seconds=seconds)
    code = report(this, plan, finished, counts, options.as_json)
    if unreachable is not None:
        raise unreachable
    return code


def _say(this: Run, plan: Plan, counts: Row) -> int:
    whole = this.plan(whole=True)
    if this.options.as_json:
        console.print_json({"run": None, "listing": counts, **whole.document()})
    elif plan.todo:
        plan.show()
    else:
        return say_nothing_to_do(this, this.options, whole, counts)
    return plan.exit_code


def _join(this: Run, store: Store, run_id: int, quiet: bool) -> int:
    running = this.query(
        "SELECT 1 FROM etl.load_runs WHERE load_run_id = %s AND source = %s AND status = 'running'",
        run_id,
        this.source.name,
    )
    if not running:
        raise UnknownRun(run=run_id, source=this.source.name)
    for row in this.query(_ELSEWHERE, run_id, store.bucket):
        raise OtherBucket(bucket=row["s3_bucket"], here=store.bucket)
    unreachable = land_and_process(this, store, run_id, this.options.jobs, 0, 0, quiet)
    if unreachable is not None:
        raise unreachable
    failed = this.one(_FAILED, run_id)["files"]
    this.log.info("joined", run=run_id, files_failed=failed)
    return int(failed > 0)
