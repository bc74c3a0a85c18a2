"""Read the first rows of one object as fields, to see what changed. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rawcore.delimited.compression import decompressed
from rawcore.delimited.decoding import Dialect, fields, separators_of
from rawcore.delimited.encoding import Utf8Stream

HEAD_BYTES = 1 << 20
MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class FirstFields:
    """The header, if the dialect has one, and at most 500 rows."""

    headings: tuple[str, ...]
    rows: list[list[str]]


def read_head(body: Iterable[bytes], key: str, dialect: Dialect) -> FirstFields:
    """Read at most 1 MiB of an object. Raises BadArchive, and what `body` raises."""
    stream, utf8, is_whole = Utf8Stream(dialect.encoding), b"", True
    for piece in decompressed(body, key):
        utf8 += stream.feed(piece)
        if len(utf8) >= HEAD_BYTES:
            is_whole = False
            break
    if is_whole:
        utf8 += stream.feed(b"", final=True)
    separators = separators_of(dialect)
    if is_whole and dialect.open_end and not utf8.endswith(separators.row):
        utf8 += separators.row
    marked = separators.mark(utf8)
    marked = marked[: separators.end_of_rows(marked, is_whole)]
    texts = marked.split(separators.row_token, MAX_ROWS + 1)[:-1]
    rows = [fields(separators, text, dialect.trailing_separator) for text in texts]
    headings = tuple(rows.pop(0)) if dialect.header and rows else ()
    return FirstFields(headings, rows[:MAX_ROWS])
