"""The work of a run: workers, each with its own session, land all files, then process all.

SIGTERM and SIGINT end the work. Files that other drivers of the run leave unfinished are retried.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import FrameType
from typing import TYPE_CHECKING

import psycopg

from rawcore import console
from rawcore.console import Progress
from rawcore.driver.landing import Lander, Landing, Task
from rawcore.driver.session import (
    Connection,
    LandingRules,
    Row,
    Session,
    ask,
    connect,
    load_extracts,
    translated,
)
from rawcore.errors import (
    ConnectionLost,
    DatabaseResource,
    OtherEndDown,
    ProcessingInterrupted,
    RawcoreError,
    Stopped,
)
from rawcore.retries import Breaker, attempts
from rawcore.stores.store import Store

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from tenacity import Retrying

_LOOK_UP_SECONDS = 0.2
_POLL_SECONDS = 0.5
_GRACE_SECONDS = 2.0
"""How long a landing may take to end its COPY after a signal, before the server is asked to."""


def land_and_process(
    session: Session, store: Store, run_id: int, *, size: int, files: int, watched: bool
) -> RawcoreError | None:
    """Land and process the files of a run; return the error if the store or the database is down.

    `size` (bytes) and `files` are the totals of the progress bars, which are shown if `watched`.
    """
    crew = Crew(session, store, run_id, session.settings.rawcore_jobs)
    log = ProcessingLog(crew)
    with _signals(crew):
        while True:
            shown = watched and size > 0
            with console.progress("landing", size, in_bytes=True, shown=shown) as bar:
                down = crew.land(bar)
            if down is not None:
                crew.log.warning("landing ended early", problem=str(down))
            began = time.monotonic()
            shown = watched and files > 0
            with (
                console.progress("processing", files, in_bytes=False, shown=shown) as bar,
                log.following(bar),
            ):
                interrupted = crew.process()
            if crew.stop.is_set():
                break
            crew.log.info("processing ended", seconds=round(time.monotonic() - began, 2))
            if down is not None or not crew.wait_for_other_drivers():
                break
    return interrupted or down or crew.breaker.down()


@contextmanager
def _signals(crew: Crew) -> Iterator[None]:
    """Let SIGTERM and SIGINT end the run cleanly. Raises Stopped."""
    caught: list[str] = []

    def on_signal(number: int, frame: FrameType | None) -> None:
        caught.append(signal.Signals(number).name)
        crew.interrupt()
        threading.Thread(target=crew.cancel, daemon=True).start()

    before = {one: signal.signal(one, on_signal) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except RawcoreError:
        if not caught:
            raise
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    if caught:
        raise Stopped(signal=caught[0])


@dataclass(slots=True)
class Crew:
    """The workers of one run, and what they share."""

    session: Session
    store: Store
    load_run_id: int
    jobs: int
    log: FilteringBoundLogger = field(init=False)
    extracts: dict[str, LandingRules] = field(init=False)
    breaker: Breaker = field(init=False)
    stop: threading.Event = field(default_factory=threading.Event)
    interrupted: threading.Event = field(default_factory=threading.Event)
    connections: list[Connection] = field(default_factory=list)
    landing: list[Connection] = field(default_factory=list)
    pids: set[int] = field(default_factory=set)
    fatal: RawcoreError | None = None

    def __post_init__(self) -> None:
        self.log = self.session.log.bind(run=self.load_run_id)
        self.extracts = load_extracts(self.session.connection, self.session.source)
        self.breaker = Breaker(self.session.settings, self.jobs)

    def land(self, bar: Progress) -> OtherEndDown | None:
        """Land every file of the plan. Raises the error that ends the run.

        Returns the error, and raises nothing, if too many attempts in a row failed: the files that
        have landed are processed nevertheless.
        """
        try:
            self._all(lambda: self._land(bar))
        except OtherEndDown as error:
            if self.interrupted.is_set():
                raise
            self.fatal, self.breaker = None, Breaker(self.session.settings, self.jobs)
            self.stop.clear()
            if self.interrupted.is_set():
                self.stop.set()
            return error
        return None

    def process(self) -> ProcessingInterrupted | None:
        """Process the landed files, with retries if the server lacks resources.

        Returns the error if landed files are left.
        """

        def once() -> None:
            began = self.session.value("begin_round")
            self._all(lambda: self._process(began))
            for left in self.session.rows("interrupted_files", self.load_run_id):
                raise ProcessingInterrupted(**left)

        try:
            self._retrying(ProcessingInterrupted)(once)
        except ProcessingInterrupted as error:
            return error
        return None

    def wait_for_other_drivers(self) -> bool:
        """Wait while other sessions land or process files of this run; return whether any did.

        They belong to drivers that joined the run, or to a driver that was killed. This driver
        takes over the files that they leave.
        """
        waited = False
        while not self.stop.is_set():
            files = self.session.rows("files_with_others", self.load_run_id, list(self.pids))
            if not files:
                break
            if not waited:
                self.log.info("waiting for other sessions", files=len(files))
            waited = True
            self.stop.wait(_POLL_SECONDS)
        return waited

    def interrupt(self) -> None:
        """Tell all workers to end; landings are rolled back. Signal handlers call `cancel` next."""
        self.interrupted.set()
        self.stop.set()

    def cancel(self) -> None:
        """Cancel running statements; of landings only those that do not end their COPY themselves.

        A COPY that the server cancels writes its current row into the server's log.
        """
        landing = list(self.landing)
        self._cancel(one for one in list(self.connections) if one not in landing)
        deadline = time.monotonic() + _GRACE_SECONDS
        while self.landing and time.monotonic() < deadline:
            time.sleep(0.05)
        self._cancel(one for one in landing if one in self.landing)

    def _cancel(self, connections: Iterable[Connection]) -> None:
        for connection in connections:
            with suppress(psycopg.Error):  # one dead connection: the rest are cancelled too
                connection.cancel_safe(timeout=2)

    def _retrying(self, *faults: type[RawcoreError]) -> Retrying:
        return attempts(self.session.settings, self.log, *faults, stop=self.stop)

    def _all(self, work: Callable[[], None]) -> None:
        """Let every worker do the same work. Raises the first error of a worker."""
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="worker") as pool:
            futures: set[Future[None]] = {pool.submit(work) for _ in range(self.jobs)}
            while futures:  # short waits, so that signals reach the main thread
                done, futures = wait(futures, timeout=_LOOK_UP_SECONDS)
                for future in done:
                    error = future.exception()
                    if error is not None:
                        self.stop.set()
                        if isinstance(error, RawcoreError):
                            self.fatal = self.fatal or error
                        else:
                            raise error
        if self.fatal is not None:
            raise self.fatal

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        settings, name = self.session.settings, f"rawcore run {self.load_run_id}"
        connection = connect(self.session.url, settings, name, self.log)
        self.connections.append(connection)
        self.pids.add(connection.info.backend_pid)
        try:
            yield connection
        finally:
            self.connections.remove(connection)
            connection.close()

    def _land(self, bar: Progress) -> None:
        """Land files until none is left; after a retryable fault, pause and continue."""
        unrecorded: list[Landing] = []

        def until_a_fault() -> None:
            with self._connected() as connection:
                lander = Lander(
                    connection,
                    self.store,
                    self.session.source.dialect,
                    self.extracts,
                    self.stop,
                    bar.advance,
                )
                _record(lander, unrecorded)
                while not self.stop.is_set():
                    task = lander.start(self.load_run_id, settings.rawcore_attempts)
                    if task is None:
                        return
                    self._land_one(lander, task, unrecorded)

        settings = self.session.settings
        attempts(settings, self.log, stop=self.stop, breaker=self.breaker)(until_a_fault)

    def _land_one(self, lander: Lander, task: Task, unrecorded: list[Landing]) -> None:
        """Land a file. Raises errors that end the run or need a pause before the next file."""
        self.landing.append(lander.connection)
        try:
            landing = lander.land(task)
        finally:
            self.landing.remove(lander.connection)
        self._tell(landing)
        error = landing.error
        if error is None:
            self.breaker.succeeded()
            return
        unrecorded.append(landing)
        if not _is_lost(lander.connection):
            _record(lander, unrecorded)
        if error.ends_run or (error.retryable and not isinstance(error, Stopped)):
            raise error

    def _tell(self, landing: Landing) -> None:
        task, error = landing.task, landing.error
        log = self.log.bind(
            file=task.load_run_file_id, key=task.s3_key, attempt=task.file_attempt_id
        )
        facts = {
            "extract": task.extract,
            "rows": landing.rows_read,
            "rejected": landing.rows_rejected,
            "bytes": landing.bytes_read,
            "seconds": round(landing.seconds, 2),
        }
        if error is None:
            log.info(landing.outcome, **facts)
            return
        log.warning(
            "landing failed",
            problem=str(error),
            error_class=error.error_class,
            retryable=error.retryable,
            **facts,
        )

    def _process(self, began: datetime) -> None:
        """Call etl.process_batch; retry if the connection was lost or resources were lacking."""

        def call() -> None:
            if self.stop.is_set():
                return
            with self._connected() as connection:
                ask(connection, "begin_round", began)
                with translated():
                    connection.execute(f"CALL etl.process_batch({self.load_run_id:d})")

        self._retrying(ConnectionLost, DatabaseResource)(call)


def _record(lander: Lander, failed: list[Landing]) -> None:
    """Record failed landings; remove each from the list once it is recorded."""
    while failed:
        lander.fail(failed[0])
        failed.pop(0)


def _is_lost(connection: Connection) -> bool:
    return connection.broken or connection.closed


class ProcessingLog:
    """Follows the processing of a run in the database: moves the bar, logs each finished file."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._logged: set[int] = set()
        self._all_logged_to = 0

    @contextmanager
    def following(self, bar: Progress) -> Iterator[None]:
        """Log files and move the bar while the block runs; log the last ones when it ends."""
        session, run_id = self._crew.session, self._crew.load_run_id
        done = threading.Event()

        def poll() -> None:
            while not done.wait(_POLL_SECONDS):
                with suppress(RawcoreError):
                    self.look()
                    bar.set(session.row("run_progress", run_id)["files_done"])

        thread = threading.Thread(target=poll, name="log", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            with suppress(RawcoreError):
                self.look()

    def look(self) -> None:
        """Log the attempts that workers of this driver have finished since the last call."""
        crew = self._crew
        contiguous = True
        for row in crew.session.rows("attempts_of_run", crew.load_run_id, self._all_logged_to):
            contiguous = contiguous and row["is_done"]
            if row["is_done"] and row["attempt"] not in self._logged:
                self._logged.add(row["attempt"])
                if row["pid"] in crew.pids:
                    self._tell(row)
            if contiguous:
                self._all_logged_to = row["attempt"]

    def _tell(self, row: Row) -> None:
        facts = {
            name: value
            for name, value in row.items()
            if name not in ("is_done", "pid", "outcome") and value is not None
        }
        if row["outcome"] == "failed":
            self._crew.log.warning("processing failed", **facts)
        elif row["outcome"] == "held":
            self._crew.log.warning("held", **facts)
        elif row["outcome"] == "succeeded":
            facts.pop("problem", None)
            self._crew.log.info("processed", **facts)
