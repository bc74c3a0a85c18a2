"""Decompress objects in bounded memory: gzip and zstd, also with several members."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Protocol

from rawcore.errors import BadArchive

PIECE_BYTES = 1 << 20
_ZSTD_WINDOW_LOG = 26
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"


class _Member(Protocol):
    """One gzip member or zstd frame being read."""

    @property
    def ended(self) -> bool:
        """Whether its last byte was read."""

    def step(self, data: bytes) -> tuple[bytes, bytes]:
        """Return some output and the input that is left."""


class _GzipMember:
    def __init__(self) -> None:
        self._reader = zlib.decompressobj(31)

    @property
    def ended(self) -> bool:
        return self._reader.eof

    def step(self, data: bytes) -> tuple[bytes, bytes]:
        out = self._reader.decompress(data, PIECE_BYTES)
        if self._reader.eof:  # some writers pad with zeros after the last member
            return out, self._reader.unused_data.lstrip(b"\0")
        return out, self._reader.unconsumed_tail


class _ZstdFrame:
    def __init__(self) -> None:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd

        limit: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
        self._reader = zstd.ZstdDecompressor(options=limit)
        self._error = zstd.ZstdError

    @property
    def ended(self) -> bool:
        return self._reader.eof

    def step(self, data: bytes) -> tuple[bytes, bytes]:
        # The reader keeps input that did not fit into the output, until the frame ends.
        try:
            out = self._reader.decompress(data, PIECE_BYTES)
        except self._error as error:
            raise zlib.error(str(error)) from error
        return out, self._reader.unused_data


def decompressed(pieces: Iterable[bytes], key: str = "") -> Iterator[bytes]:
    """Yield the plain bytes of an object in pieces of at most 1 MiB; plain objects pass through.

    The content decides, not the key. Raises BadArchive if a key ends in .gz or .zst but the content
    is neither, and if the content ends inside a member.
    """
    source = iter(pieces)
    head = b""
    for piece in source:
        head += piece
        if len(head) >= len(_ZSTD):
            break
    whole = chain((head,), source)
    suffix = key.lower().rsplit(".", 1)[-1]
    if head.startswith(_GZIP):
        return _cut(_members(whole, "gzip", _GzipMember))
    if head.startswith(_ZSTD):
        return _cut(_members(whole, "zstd", _ZstdFrame))
    if head and suffix in ("gz", "zst"):
        raise BadArchive(kind=suffix, problem="it does not begin like an archive")
    return _cut(whole)


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), PIECE_BYTES):
            yield piece[start : start + PIECE_BYTES]


def _members(pieces: Iterable[bytes], kind: str, new: Callable[[], _Member]) -> Iterator[bytes]:
    member: _Member | None = None
    padding = False
    try:
        for piece in pieces:
            data = piece.lstrip(b"\0") if padding else piece
            more = bool(data)
            while more:
                if member is None:
                    member = new()
                out, data = member.step(data)
                more = bool(data) or len(out) == PIECE_BYTES
                if member.ended:
                    member, more = None, bool(data)
                yield out
            padding = member is None
    except zlib.error as error:
        raise BadArchive(kind=kind, problem=str(error)) from error
    if member is not None:
        raise BadArchive(kind=kind, problem="it ends before its end mark")
