"""The work of a run: all land, then all process, again for what others leave; signals end it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rawcore import console
from rawcore.driver.control import Control
from rawcore.driver.database import load_extracts
from rawcore.driver.retries import attempts
from rawcore.driver.watch import Watch
from rawcore.driver.workers import Crew
from rawcore.errors import ProcessingInterrupted, RawcoreError, Stopped
from rawcore.stores.store import Store

_POLL_SECONDS = 0.5
_OTHERS = """
SELECT a.load_run_file_id
FROM etl.load_run_plan AS p
JOIN etl.load_run_files AS f USING (load_run_file_id)
JOIN etl.file_attempts AS a USING (file_attempt_id)
JOIN pg_stat_activity AS s USING (pid)
WHERE p.load_run_id = %s AND f.status IN ('loading', 'processing') AND a.finished_at IS NULL
    AND a.pid <> ALL (%s) AND coalesce(s.backend_start < a.started_at, true)
"""
_INTERRUPTED = """
SELECT count(*) AS files, min(a.sqlstate) AS sqlstate
FROM etl.load_run_plan AS p
JOIN etl.load_run_files AS f USING (load_run_file_id)
JOIN etl.file_attempts AS a USING (file_attempt_id)
WHERE p.load_run_id = %s AND f.status = 'landed' AND a.action = 'process'
    AND a.outcome = 'failed' AND a.error_class = 'resource'
HAVING count(*) > 0
"""


def land_and_process(
    this: Control, store: Store, run_id: int, jobs: int, size: int, files: int, watched: bool
) -> RawcoreError | None:
    """Land and process; return the error if the store or the database is plainly down."""
    crew = Crew(
        url=this.url,
        settings=this.settings,
        store=store,
        dialect=this.source.dialect,
        extracts=load_extracts(this.connection, this.source),
        load_run_id=run_id,
        jobs=jobs,
        log=this.log.bind(run=run_id),
    )
    watch = Watch(this, run_id, crew.pids, crew.log)
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
                watch.looking(bar),
            ):
                interrupted = _process(this, run_id, crew)
            if crew.stop.is_set():
                break
            crew.log.info("processing ended", seconds=round(time.monotonic() - began, 2))
            if down is not None or not _wait_for_others(this, run_id, crew):
                break
    return interrupted or down or crew.breaker.down()


def _process(this: Control, run_id: int, crew: Crew) -> ProcessingInterrupted | None:
    """Process what landed, again where the server lacked the means; return why files are left."""
    try:
        for attempt in attempts(this.settings, crew.log, ProcessingInterrupted, stop=crew.stop):
            with attempt:
                (now,) = this.query("SELECT clock_timestamp()::text AS began")
                crew.process(now["began"])
                for left in this.query(_INTERRUPTED, run_id):
                    raise ProcessingInterrupted(**left)
    except ProcessingInterrupted as error:
        return error
    return None


def _wait_for_others(this: Control, run_id: int, crew: Crew) -> bool:
    """Wait while sessions of others have files of this run in hand; say whether any had.

    They may be drivers that joined, or what a killed driver left behind; what they leave is ours.
    """
    waited = False
    while not crew.stop.is_set():
        others = this.query(_OTHERS, run_id, list(crew.pids))
        if not others:
            break
        if not waited:
            crew.log.info("waiting for others", files=len(others))
        waited = True
        crew.stop.wait(_POLL_SECONDS)
    return waited


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
