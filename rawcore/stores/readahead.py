"""The body of one object, read ahead by a thread, hashed and checked on the way."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rawcore.errors import RawcoreError, Stopped
from rawcore.stores.store_errors import BodyBroken, ChecksumDiffers, SizeDiffers

PIECE_BYTES = 1 << 20
PIECES_AHEAD = 4
_LOOK_UP_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Checks:
    """The expected size in bytes and MD5 (hex) of a body, if the store gives them."""

    key: str
    size: int | None
    md5: str | None


def opened(open_body: Callable[[], Body], stop: threading.Event) -> Body:
    """Open a body in its own thread, so that a store that does not answer does not block us.

    Raises the errors of `open_body`, and Stopped if the event `stop` is set before it returns.
    """
    answer: queue.Queue[Body | BaseException] = queue.Queue(1)
    left = threading.Event()

    def work() -> None:
        try:
            body = open_body()
        except BaseException as error:
            answer.put(error)
            return
        answer.put(body)
        if left.is_set():
            body.__exit__(None, None, None)

    threading.Thread(target=work, name="open", daemon=True).start()
    while True:
        try:
            found = answer.get(timeout=_LOOK_UP_SECONDS)
        except queue.Empty:
            if stop.is_set():
                left.set()
                raise Stopped(signal="a signal") from None
            continue
        if isinstance(found, BaseException):
            raise found
        return found


class Body:
    """An iterable of pieces of at most 1 MiB. After the last one `sha256` and `received` are final.

    A thread reads up to 4 pieces ahead, so that the store and COPY work at the same time. Raises
    BodyBroken, SizeDiffers or ChecksumDiffers if the body is not as announced, and Stopped if the
    event `stop` is set while no bytes arrive. Use it in a `with` block: leaving it stops the thread
    and closes the connection.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        close: Callable[[], None],
        checks: Checks,
        version_id: str,
        as_error: Callable[[Exception], RawcoreError],
        interrupt: Callable[[], object] = lambda: None,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        self.size = checks.size
        self.received = 0
        self._read, self._close, self._interrupt, self._at_end = read, close, interrupt, at_end
        self._checks = checks
        self._version_id, self._as_error = version_id, as_error
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._ahead: queue.Queue[bytes | RawcoreError] = queue.Queue(PIECES_AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="read-ahead", daemon=True)
        self.stop = threading.Event()

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes as delivered, in hex."""
        return self._sha256.hexdigest()

    @property
    def version_id(self) -> str:
        """The version that was read; `etag:…` without versions, `sha256:…` for a folder."""
        return self._version_id or f"sha256:{self.sha256}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            with suppress(Exception):  # the result of an abandoned body is not needed
                self._interrupt()  # wakes a thread that waits for bytes; close would wait for it
            self._thread.join(timeout=1)
        if not self._thread.is_alive():
            with suppress(Exception):
                self._close()

    def __iter__(self) -> Iterator[bytes]:
        self._thread.start()
        while True:
            try:
                piece = self._ahead.get(timeout=_LOOK_UP_SECONDS)
            except queue.Empty:
                if self.stop.is_set():
                    raise Stopped(signal="a signal") from None
                continue
            if isinstance(piece, RawcoreError):
                raise piece
            if not piece:
                return
            yield piece

    def _fill(self) -> None:
        try:
            while not self._stopped.is_set():
                piece = self._read(PIECE_BYTES)
                self._sha256.update(piece)
                if self._checks.md5:
                    self._md5.update(piece)
                self.received += len(piece)
                if not piece:
                    self._check()
                self._put(piece)
                if not piece:
                    return
        except RawcoreError as error:
            self._put(error)
        except Exception as error:  # the other thread raises it
            self._put(self._explain(error))

    def _put(self, item: bytes | RawcoreError) -> None:
        while not self._stopped.is_set():
            try:
                self._ahead.put(item, timeout=_LOOK_UP_SECONDS)
            except queue.Full:
                continue
            return

    def _check(self) -> None:
        self._at_end()
        if self.size is not None and self.received != self.size:
            raise SizeDiffers(key=self._checks.key, received=self.received, expected=self.size)
        if self._checks.md5 and self._md5.hexdigest() != self._checks.md5:
            raise ChecksumDiffers(key=self._checks.key)

    def _explain(self, error: Exception) -> RawcoreError:
        known = self._as_error(error)
        if not known.retryable or (self.size is not None and self.received >= self.size):
            return known
        return BodyBroken(
            key=self._checks.key,
            received=self.received,
            expected=self.size,
            problem=type(error).__name__,
        )
