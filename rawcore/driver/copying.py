"""COPY that is sent by a thread of its own, so that decoding does not wait for the server."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.copy import QueuedLibpqWriter

_PIECES = 16
"""So many pieces of at most 128 KiB wait for the server; psycopg would let 1,024 wait."""


class AheadWriter(QueuedLibpqWriter):
    """`QueuedLibpqWriter` in little memory."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        """Take the cursor that COPY runs on."""
        super().__init__(cursor)
        self._queue.maxsize = _PIECES
