"""Land one file: claim it, stream it into COPY, count, hash, mark; all in one transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

from rawcore.delimited.decoding import BadRow, CopyRows, Decoder, Dialect, Output, decode
from rawcore.delimited.first_rows import Expected
from rawcore.driver.session import Connection, LandingRules, as_database_error, ask, value
from rawcore.errors import (
    ObjectChanged,
    OtherBucket,
    RaggedFile,
    RawcoreError,
    Stopped,
    TooManyBadRows,
)
from rawcore.stores.store import Body, Store, opened

MAX_BAD_ROWS = 1000
_COPY_REJECT = (
    "COPY etl.landing_rejects (load_run_file_id, line_no, row_text, code, reason) FROM STDIN"
)
"""By COPY and not as a parameter, because a server may log parameters."""

_PIECES = 16
"""At most this many pieces of up to 128 KiB wait for the server; psycopg would queue 1,024."""


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt to land one file, as etl.start_landing opened it.

    `columns` are the columns of files of this DateExtracted, `headings` their names in the source.
    """

    load_run_file_id: int
    file_attempt_id: int
    extract: str
    s3_bucket: str
    s3_key: str
    s3_version_id: str | None
    etag: str | None
    size_bytes: int
    member: str
    columns: list[str]
    headings: list[str]


@dataclass(slots=True)
class Landing:
    """The outcome of an attempt: landed, duplicate, lost, or failed because of `error`."""

    task: Task
    outcome: str = "failed"
    rows_read: int = 0
    rows_rejected: int = 0
    bytes_read: int = 0
    seconds: float = 0.0
    error: RawcoreError | None = None


class Lander:
    """Lands files of one run through its own connection."""

    def __init__(
        self,
        connection: Connection,
        store: Store,
        dialect: Dialect,
        extracts: dict[str, LandingRules],
        stop: threading.Event,
        on_bytes: Callable[[int], None],
    ) -> None:
        self.connection, self._store, self._dialect = connection, store, dialect
        self._extracts, self._stop, self._on_bytes = extracts, stop, on_bytes

    def start(self, load_run_id: int, attempts: int = 5) -> Task | None:
        """Open an attempt for the run's next file; None: no file is left to land."""
        rows = ask(self.connection, "start_landing", load_run_id, attempts)
        return Task(**rows[0]) if rows else None

    def land(self, task: Task) -> Landing:
        """Land one file. Never raises for a fault of the file or the store: see `error`."""
        landing = Landing(task)
        began = time.monotonic()
        try:
            self._land(task, landing)
        except psycopg.Error as error:
            landing.outcome, landing.error = "failed", as_database_error(error)
        except RawcoreError as error:
            landing.outcome, landing.error = "failed", error
        landing.seconds = time.monotonic() - began
        return landing

    def fail(self, landing: Landing) -> None:
        """Record the error of a failed landing."""
        error = landing.error or RawcoreError(problem="unknown")
        ask(
            self.connection,
            "fail_landing",
            landing.task.file_attempt_id,
            error.facts.get("sqlstate"),
            error.error_class,
            error.retryable or error.ends_run,
            str(error),
        )

    def _land(self, task: Task, landing: Landing) -> None:
        connection = self.connection
        file_hash = version_id = ""
        if task.s3_bucket != self._store.bucket:
            raise OtherBucket(bucket=task.s3_bucket, here=self._store.bucket)
        with connection.transaction():
            if not value(connection, "claim_landing", task.file_attempt_id):
                landing.outcome = "lost"
                return
            decoder = self._decoder(task)
            with opened(
                lambda: self._store.open(task.s3_key, task.etag, task.s3_version_id), self._stop
            ) as body:
                if body.size is None:  # the response has no size, so the listing's is used
                    body.size = task.size_bytes
                if body.size != task.size_bytes:
                    raise ObjectChanged(key=task.s3_key)
                self._copy(
                    task, landing, decode(self._watched(body, landing), decoder, task.s3_key)
                )
                file_hash, version_id = body.sha256, body.version_id
            landing.rows_read = decoder.rows
            landing.outcome = value(
                connection,
                "finish_landing",
                task.file_attempt_id,
                version_id,
                file_hash,
                landing.bytes_read,
                landing.rows_read,
                landing.rows_rejected,
                decoder.encoding,
            )
            if landing.outcome != "landed":
                raise psycopg.Rollback
        if landing.outcome == "duplicate":
            ask(connection, "skip_landing", task.file_attempt_id, version_id, file_hash)

    def _decoder(self, task: Task) -> Decoder:
        extract = self._extracts[task.extract]
        headings = tuple(task.headings) if self._dialect.header else ()
        expected = Expected(len(task.columns), headings, extract.shapes)
        return Decoder(self._dialect, len(task.columns), expected=expected)

    def _watched(self, body: Body, landing: Landing) -> Iterator[bytes]:
        body.stop = self._stop
        for piece in body:
            if self._stop.is_set():
                raise Stopped(signal="a signal")
            landing.bytes_read += len(piece)
            self._on_bytes(len(piece))
            yield piece

    def _copy(self, task: Task, landing: Landing, outputs: Iterator[Output]) -> None:
        """Feed good rows to COPY; a bad row ends it, becomes a reject, and COPY starts again."""
        extract = self._extracts[task.extract]
        statement = _copy_statement(extract, task.columns)
        line_no = 2 if self._dialect.header else 1
        with self.connection.cursor() as cursor:
            output = next(outputs, None)
            while output is not None:
                if isinstance(output, BadRow):
                    self._reject(task, landing, extract, output)
                    line_no = output.line_no + 1
                    output = next(outputs, None)
                    continue
                ask(self.connection, "number_lines", task.load_run_file_id, line_no)
                with cursor.copy(statement, writer=AheadWriter(cursor)) as copy:
                    while isinstance(output, CopyRows):
                        copy.write(output.data)
                        output = next(outputs, None)

    def _reject(self, task: Task, landing: Landing, extract: LandingRules, row: BadRow) -> None:
        if extract.ragged_rows == "fail":
            raise RaggedFile(line_no=row.line_no, reason=row.reason, extract=extract.name)
        if landing.rows_rejected >= MAX_BAD_ROWS:
            raise TooManyBadRows(limit=MAX_BAD_ROWS, line_no=row.line_no, reason=row.reason)
        landing.rows_rejected += 1
        with self.connection.cursor() as cursor, cursor.copy(_COPY_REJECT) as copy:
            copy.write_row((task.load_run_file_id, row.line_no, row.text, row.code, row.reason))


class AheadWriter(QueuedLibpqWriter):
    """Sends COPY data in its own thread, so that decoding does not wait for the server.

    A `QueuedLibpqWriter` with a short queue, which saves memory.
    """

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        """Take the cursor that COPY runs on."""
        super().__init__(cursor)
        self._queue.maxsize = _PIECES  # private: a test fails if psycopg drops it


def _copy_statement(extract: LandingRules, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT text, NULL '')").format(
        sql.Identifier(*extract.raw_table.split(".")),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
