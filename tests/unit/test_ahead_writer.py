"""The thread that sends COPY holds little in memory. What it uses of psycopg is private: pinned."""

import queue
from types import SimpleNamespace
from typing import Any

from psycopg.copy import QueuedLibpqWriter

from rawcore.driver.landing import AheadWriter


def pieces_of(kind: type[QueuedLibpqWriter]) -> Any:
    """Return the queue of a writer whose cursor nothing is sent through."""
    session = SimpleNamespace(pgconn=None)
    cursor: Any = SimpleNamespace(connection=session, _conn=session, _pgconn=None)
    writer: Any = kind(cursor)
    return writer._queue


def test_psycopg_still_hands_pieces_over_in_a_long_queue() -> None:
    pieces = pieces_of(QueuedLibpqWriter)
    assert isinstance(pieces, queue.Queue)
    assert pieces.maxsize == 1024


def test_sixteen_pieces_wait_for_the_server_and_no_more() -> None:
    pieces = pieces_of(AheadWriter)
    for _ in range(16):
        pieces.put_nowait(b"")
    assert pieces.full()
