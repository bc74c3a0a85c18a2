"""Worker threads of a run, each with a connection of its own: first all land, then all process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from rawcore.console import Progress
from rawcore.delimited.decoding import Dialect
from rawcore.driver.database import Connection, Extract, Row, connect, translated
from rawcore.driver.landing import Lander, Landing, Task
from rawcore.driver.retries import Breaker, attempts
from rawcore.errors import (
    ConnectionLost,
    DatabaseResource,
    DatabaseUnreachable,
    OtherEndDown,
    RawcoreError,
    Stopped,
)
from rawcore.settings import Settings
from rawcore.stores.store import Store

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_LOOK_UP_SECONDS = 0.2


@dataclass(slots=True)
class Crew:
    """What the workers of one run share."""

    url: str
    settings: Settings
    store: Store
    dialect: Dialect
    extracts: dict[str, Extract]
    load_run_id: int
    jobs: int
    log: FilteringBoundLogger
    stop: threading.Event = field(default_factory=threading.Event)
    interrupted: threading.Event = field(default_factory=threading.Event)
    connections: list[Connection] = field(default_factory=list)
    pids: set[int] = field(default_factory=set)
    fatal: RawcoreError | None = None
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker(self.settings, self.jobs)

    def land(self, bar: Progress) -> OtherEndDown | None:
        """Land all that the run planned. Raises what made the run end.

        Returns what ended the landing early if too many attempts in a row were in vain: what has
        landed is not held up by it.
        """
        try:
            self._all(lambda: self._land(bar))
        except OtherEndDown as error:
            if self.interrupted.is_set():
                raise
            self.fatal, self.breaker = None, Breaker(self.settings, self.jobs)
            self.stop.clear()
            if self.interrupted.is_set():
                self.stop.set()
            return error
        return None

    def process(self, began: str) -> None:
        """Call etl.process_batch from every worker; what fails since `began` waits."""
        self._all(lambda: self._process(began))

    def interrupt(self) -> None:
        """End soon: landings are rolled back. For signal handlers, which go on to `cancel`."""
        self.interrupted.set()
        self.stop.set()

    def cancel(self) -> None:
        """Cancel running statements."""
        for connection in list(self.connections):
            with suppress(psycopg.Error):  # one that does not answer keeps none of the others
                connection.cancel_safe(timeout=2)

    def _all(self, work: Callable[[], None]) -> None:
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="worker") as pool:
            futures: set[Future[None]] = {pool.submit(work) for _ in range(self.jobs)}
            while futures:  # in short waits, so that signals reach the main thread
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
        connection = connect(self.url, self.settings, f"rawcore run {self.load_run_id}", self.log)
        self.connections.append(connection)
        self.pids.add(connection.info.backend_pid)
        try:
            yield connection
        finally:
            self.connections.remove(connection)
            connection.close()

    def _land(self, bar: Progress) -> None:
        """Land until nothing is left, with a new connection after each that was lost."""
        unrecorded: Landing | None = None
        more = True
        while more:
            with self._connected() as connection:
                try:
                    lander = self._lander(connection, bar)
                    if unrecorded is not None:
                        lander.fail(unrecorded)
                        unrecorded = None
                    while more and not is_lost(connection):
                        more, unrecorded = self._land_next(lander)
                except DatabaseUnreachable as error:
                    self.log.warning("connection lost", problem=str(error))
                    self._after_fault(error)
                    more = not self.stop.is_set()

    def _land_next(self, lander: Lander) -> tuple[bool, Landing | None]:
        """Return whether there may be more, and the failed attempt that is not recorded yet."""
        task = (
            None
            if self.stop.is_set()
            else lander.start(self.load_run_id, self.settings.rawcore_attempts)
        )
        if task is None:
            return False, None
        landing = self._land_one(lander, task)
        if landing.error is None:
            self.breaker.succeeded()
            return True, None
        lost = is_lost(lander.connection)
        if not lost:
            lander.fail(landing)
        self._after_fault(landing.error)
        return True, landing if lost else None

    def _lander(self, connection: Connection, bar: Progress) -> Lander:
        return Lander(connection, self.store, self.dialect, self.extracts, self.stop, bar.advance)

    def _land_one(self, lander: Lander, task: Task) -> Landing:
        log = self.log.bind(
            file=task.load_run_file_id, key=task.s3_key, attempt=task.file_attempt_id
        )
        landing = lander.land(task)
        facts = {
            "extract": task.extract,
            "rows": landing.rows_read,
            "rejected": landing.rows_rejected,
            "bytes": landing.bytes_read,
            "seconds": round(landing.seconds, 2),
        }
        error = landing.error
        if error is None:
            log.info(landing.outcome, **facts)
        else:
            log.warning(
                "landing failed",
                problem=str(error),
                error_class=error.error_class,
                retryable=error.retryable,
                **facts,
            )
        return landing

    def _after_fault(self, error: RawcoreError) -> None:
        """Pause before the next attempt. Raises what ends the run."""
        if error.ends_run:
            raise error
        if error.retryable and not isinstance(error, Stopped):
            self.pause(self.breaker.failed(error))

    def pause(self, seconds: float) -> None:
        """Wait before another attempt, unless the run is stopped."""
        self.log.info(
            "pause before the next attempt",
            faults_in_a_row=self.breaker.faults,
            seconds=round(seconds, 2),
        )
        self.stop.wait(seconds)

    def _process(self, began: str) -> None:
        """Call etl.process_batch, and again where the server went away meanwhile."""
        faults = (ConnectionLost, DatabaseResource)
        for attempt in attempts(self.settings, self.log, *faults, stop=self.stop):
            with attempt:
                if self.stop.is_set():
                    return
                with self._connected() as connection, translated():
                    connection.execute(
                        "SELECT set_config('rawcore.round_began', %s, false)", [began]
                    )
                    connection.execute(f"CALL etl.process_batch({self.load_run_id:d})")


def is_lost(connection: psycopg.Connection[Row]) -> bool:
    """Say whether a connection is gone."""
    return connection.broken or connection.closed
