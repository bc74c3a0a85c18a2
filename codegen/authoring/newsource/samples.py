"""The rows of sample files, read by the decoder that also loads files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rawcore.delimited.compression import decompressed
from rawcore.delimited.decoding import BadRow, CopyRows, Decoder, Dialect
from rawcore.delimited.encoding import Utf8Stream, detect
from rawcore.errors import RawcoreError

HEAD_BYTES = 1 << 18
"""Number of bytes of a sample that decide its separators."""

_PIECE_BYTES = 1 << 20
_PLAIN = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
_ESCAPE = re.compile(r"\\([\\tnr])")


@dataclass(frozen=True)
class Reading:
    """The rows that a dialect reads from a sample, and the number of rows that raw cannot store."""

    rows: list[list[str]]
    bad: int
    problem: str = ""


def head_of(path: Path) -> str:
    """Return the beginning of a sample as text; undecodable bytes are replaced."""
    data = b""
    for piece in _pieces(path):
        data += piece
        if len(data) >= HEAD_BYTES:
            break
    data = data[:HEAD_BYTES]
    stream = Utf8Stream(encoding_of(data))
    return stream.feed(data[: len(data) // 2 * 2], final=True).decode("utf-8", "replace")


def encoding_of(data: bytes) -> str:
    """Return the encoding that decodes all bytes: the one that `auto` finds, else latin-1."""
    found, _ = detect(data, "auto")
    if found == "utf-8":
        try:
            data.decode()
        except UnicodeDecodeError as error:
            if error.end < len(data) - 3:  # and not only a character that was cut off
                return "latin-1"
    return found


def encoding_of_file(path: Path) -> str:
    """Return the encoding that reads a whole sample."""
    return encoding_of(b"".join(_pieces(path)))


def read(path: Path, dialect: Dialect, columns: int, limit: int) -> Reading:
    """Read at most `limit` rows of a sample."""
    decoder = Decoder(dialect, columns)
    rows: list[list[str]] = []
    bad = 0
    try:
        for output in _outputs(path, decoder):
            if isinstance(output, BadRow):
                bad += 1
            else:
                rows += copied_rows(output.data)
            if len(rows) + bad >= limit:
                break
    except RawcoreError as error:
        return Reading(rows, bad, str(error))
    return Reading(rows[:limit], bad)


def copied_rows(data: bytes) -> Iterator[list[str]]:
    """Yield the rows of COPY's text format."""
    for line in data.decode().removesuffix("\n").split("\n"):
        yield [_ESCAPE.sub(lambda c: _PLAIN[c[1]], field) for field in line.split("\t")]


def ends_with(path: Path, encoding: str, end: str) -> bool:
    """Return whether a sample ends with a row separator; line ends after it do not count."""
    text = b"".join(_pieces(path)).decode(encoding, "replace")
    return text.endswith(end) or text.rstrip("\r\n").endswith(end)


def likely_charset(path: Path) -> str:
    """Return the probable encoding of a sample that is not Unicode."""
    from charset_normalizer import from_bytes

    best = from_bytes(b"".join(_pieces(path))[:HEAD_BYTES]).best()
    return best.encoding if best is not None else "an unknown encoding"


def _outputs(path: Path, decoder: Decoder) -> Iterator[CopyRows | BadRow]:
    for piece in decompressed(_raw_pieces(path), path.name):
        yield from decoder.feed(piece)
    yield from decoder.finish()


def _pieces(path: Path) -> Iterator[bytes]:
    yield from decompressed(_raw_pieces(path), path.name)


def _raw_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece
