"""Watches the database while it processes a run: moves the bar, logs each file when it is done."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from rawcore.console import Progress
from rawcore.errors import RawcoreError

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_POLL_SECONDS = 0.5
_ATTEMPTS = """
SELECT a.file_attempt_id AS attempt, a.load_run_file_id AS file, f.s3_key AS key, f.extract,
    a.finished_at IS NOT NULL AS is_done, a.pid, a.outcome, f.path,
    f.size_bytes AS bytes, f.rows_read AS rows,
    f.rows_ingested AS ingested, f.rows_unchanged AS unchanged,
    f.rows_duplicate AS duplicate, f.rows_rejected AS rejected,
    coalesce(a.problem, f.status_reason) AS problem, a.error_class,
    round(EXTRACT(epoch FROM a.finished_at - a.started_at), 2)::float AS seconds
FROM etl.file_attempts AS a
JOIN etl.load_run_files AS f USING (load_run_file_id)
WHERE a.load_run_id = %s AND a.action = 'process' AND a.file_attempt_id > %s
ORDER BY a.file_attempt_id
"""
_DONE = """
SELECT count(*) AS files FROM etl.run_files
WHERE load_run_id = %s AND status NOT IN ('pending', 'loading', 'landed', 'processing')
"""


class Queries(Protocol):
    """What is needed of a run."""

    def query(self, statement: str, *parameters: object) -> list[dict[str, Any]]:
        """Return the rows of a statement."""


class Watch:
    """Knows which attempts of a run it has logged already."""

    def __init__(
        self, run: Queries, run_id: int, pids: Collection[int], log: FilteringBoundLogger
    ) -> None:
        self._run, self._run_id, self._pids, self._log = run, run_id, pids, log
        self._logged: set[int] = set()
        self._all_logged_to = 0

    def look(self) -> None:
        """Log what is done since the last look, if workers of this driver did it."""
        contiguous = True
        for row in self._run.query(_ATTEMPTS, self._run_id, self._all_logged_to):
            contiguous = contiguous and row["is_done"]
            if row["is_done"] and row["attempt"] not in self._logged:
                self._logged.add(row["attempt"])
                if row["pid"] in self._pids:
                    self._say(row)
            if contiguous:
                self._all_logged_to = row["attempt"]

    @contextmanager
    def looking(self, bar: Progress) -> Iterator[None]:
        """Log files and move the bar while the block runs; when it ends all is logged."""
        done = threading.Event()

        def poll() -> None:
            while not done.wait(_POLL_SECONDS):
                with suppress(RawcoreError):
                    self.look()
                    bar.set(self._run.query(_DONE, self._run_id)[0]["files"])

        thread = threading.Thread(target=poll, name="watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            with suppress(RawcoreError):
                self.look()

    def _say(self, row: dict[str, Any]) -> None:
        facts = {
            name: value
            for name, value in row.items()
            if name not in ("is_done", "pid", "outcome") and value is not None
        }
        if row["outcome"] in ("failed", "held"):
            self._log.warning(
                "processing failed" if row["outcome"] == "failed" else "held", **facts
            )
        elif row["outcome"] == "succeeded":
            facts.pop("problem", None)
            self._log.info("processed", **facts)
