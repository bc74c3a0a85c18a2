"""Delimited text in, PostgreSQL's COPY text format out, piece by piece and without splitting rows.

Both separators are replaced in place by bytes that UTF-8 never holds: 0xFF (field) or 0xFE (row),
padded with 0xFD to the same length, which is twice as fast. What is left of a
piece after deleting everything but 0xFF and 0xFE shows whether each row has its number of fields.
Then the text is escaped, and one translate() deletes the padding and turns the two bytes into tab
and line feed. Only a piece that holds a bad row is cut into rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rawcore.compression import decompressed
from rawcore.encoding import ENCODINGS, MARK, Utf8Stream, visible
from rawcore.errors import BadDialect, EmptyFile, RowTooLong, TruncatedFile

PIECE_BYTES = 1 << 20
MAX_ROW_BYTES = 16 << 20

_FIELD, _ROW, _PAD = b"\xff", b"\xfe", b"\xfd"
_TO_COPY = bytes.maketrans(_FIELD + _ROW, b"\t\n")
_ALL_BUT_TOKENS = bytes(byte for byte in range(256) if byte not in _FIELD + _ROW)
_ESCAPES = ((b"\\", b"\\\\"), (b"\t", b"\\t"), (b"\n", b"\\n"), (b"\r", b"\\r"))
_LINE_ENDS = b"\r\n"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a source writes its files; separators have one or more characters, nothing is quoted."""

    field_separator: str
    row_separator: str
    encoding: str = "auto"
    header: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        """Raise BadDialect where no file could be read."""
        problem = None
        if not self.field_separator or not self.row_separator:
            problem = "a separator is empty"
        elif self.field_separator == self.row_separator:
            problem = "both separators are the same"
        elif "\0" in self.field_separator + self.row_separator:
            problem = "a separator holds a NUL"
        elif self.encoding not in ENCODINGS:
            problem = f"encoding {self.encoding} is none of {', '.join(ENCODINGS)}"
        if problem:
            raise BadDialect(source=self.source, problem=problem)


@dataclass(frozen=True, slots=True)
class CopyRows:
    """Rows in COPY's text format (NULL ''), with the number of them."""

    data: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class BadRow:
    r"""A row that cannot stand in raw. Undecodable bytes show as \xNN in its text, NUL as \x00."""

    line_no: int
    text: str
    code: str
    reason: str


Output = CopyRows | BadRow


class Separators:
    """Finds both separators: from the left, at each position the longer one that fits."""

    def __init__(self, field: bytes, row: bytes) -> None:
        self.field, self.row = field, row
        self.field_token = _FIELD + _PAD * (len(field) - 1)
        self.row_token = _ROW + _PAD * (len(row) - 1)
        pairs = [(field, self.field_token), (row, self.row_token)]
        if field in row:  # the one that holds the other goes first
            pairs.reverse()
        (first, self._first_token), (second, self._second_token) = pairs
        self._first, self._second = first, second
        # Where the second begins and the first follows before its end, the second would have won.
        self._overlaps = tuple(
            second[:-shared] + self._first_token[:1]
            for shared in range(1, min(len(first), len(second)))
            if second.endswith(first[:shared])
        )
        longest_first = sorted((field, row), key=len, reverse=True)
        self._either = re.compile(b"|".join(map(re.escape, longest_first)))
        self._wait = len(field) if row in field else len(row)
        self._padding = _PAD if len(field) > 1 or len(row) > 1 else b""

    def mark(self, utf8: bytes) -> bytes:
        """Replace separators by tokens of the same length."""
        marked = utf8.replace(self._first, self._first_token)
        for overlap in self._overlaps:
            if overlap in marked:
                return self._either.sub(self._token, utf8)
        return marked.replace(self._second, self._second_token)

    def _token(self, found: re.Match[bytes]) -> bytes:
        return self.field_token if found[0] == self.field else self.row_token

    def unmark(self, marked: bytes) -> bytes:
        """Put the separators back."""
        return marked.replace(self.row_token, self.row).replace(self.field_token, self.field)

    def end_of_rows(self, marked: bytes, final: bool) -> int:
        """Return the position after the last row separator that no later byte can undo."""
        last = marked.rfind(_ROW, 0, len(marked) if final else max(0, len(marked) - self._wait + 1))
        return last + len(self.row) if last >= 0 else 0

    def to_copy(self, marked: bytes) -> bytes:
        """Escape the text and turn tokens into tabs and line feeds."""
        for character, escaped in _ESCAPES:
            if character in marked:
                marked = marked.replace(character, escaped)
        return marked.translate(_TO_COPY, self._padding)


class Decoder:
    """One file from delivered bytes (already decompressed) to COPY text, in constant memory.

    `rows` counts the rows without a header, good or bad; `line_no` all of them. Not thread-safe.
    """

    def __init__(self, dialect: Dialect, columns: int, piece_bytes: int = PIECE_BYTES) -> None:
        self.rows = 0
        self.line_no = 0
        self._columns = columns
        self._separators = Separators(
            dialect.field_separator.encode(), dialect.row_separator.encode()
        )
        self._shape = _FIELD * (columns - 1) + _ROW
        self._stream = Utf8Stream(dialect.encoding)
        self._header = dialect.header
        self._piece_bytes = piece_bytes
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._carry = b""
        self._marks = False

    @property
    def encoding(self) -> str:
        """The encoding in use; empty as long as it is not known."""
        return self._stream.encoding or ""

    def feed(self, piece: bytes) -> Iterator[Output]:
        """Take the next bytes; exhaust the iterator before the next call. Raises BadContent."""
        self._waiting.append(piece)
        self._waiting_bytes += len(piece)
        if self._waiting_bytes >= self._piece_bytes:
            yield from self._work(self._take(), final=False)

    def finish(self) -> Iterator[Output]:
        """Take the end of the file. Raises EmptyFile, TruncatedFile or OddUtf16."""
        yield from self._work(self._take(), final=True)
        rest = self._carry.strip(_LINE_ENDS)
        if rest:
            cause = "the delivery broke off; ask for it again"
            if not self.line_no:
                cause = "separators or encoding of the source are not those of this file"
            raise TruncatedFile(
                characters=len(rest.decode(errors="replace")), rows=self.line_no, cause=cause
            )
        if not self.line_no:
            raise EmptyFile()

    def _take(self) -> bytes:
        data = self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting)
        self._waiting, self._waiting_bytes = [], 0
        return data

    def _work(self, data: bytes, final: bool) -> Iterator[Output]:
        utf8 = self._stream.feed(data, final)
        self._marks |= self._stream.marked
        marked = self._separators.mark(self._carry + utf8)
        end = self._separators.end_of_rows(marked, final)
        body = marked[:end]
        self._carry = self._separators.unmark(marked[end:])
        if len(self._carry) > MAX_ROW_BYTES:
            raise RowTooLong(limit=MAX_ROW_BYTES >> 20, rows=self.line_no)
        del utf8, marked
        if self._header and body:
            body = body[body.index(_ROW) + len(self._separators.row) :]
            self._header = False
            self.line_no += 1
        if body:
            yield from self._rows(body)
        self._marks = self._marks and MARK.search(self._carry) is not None

    def _rows(self, body: bytes) -> Iterator[Output]:
        shape = body.translate(None, _ALL_BUT_TOKENS)
        rows = shape.count(_ROW)
        if self._marks or b"\0" in body or shape != self._shape * rows:
            yield from self._rows_one_by_one(body)
            return
        self.rows += rows
        self.line_no += rows
        yield CopyRows(self._separators.to_copy(body), rows)

    def _rows_one_by_one(self, body: bytes) -> Iterator[Output]:
        good: list[bytes] = []
        for row in body.split(self._separators.row_token)[:-1]:
            self.rows += 1
            self.line_no += 1
            problems = self._problems(row)
            if not problems:
                good.append(row)
                continue
            yield from self._good(good)
            good = []
            text = visible(self._separators.unmark(row))
            yield BadRow(
                self.line_no, text, problems[0][0], "; ".join(text for _, text in problems)
            )
        yield from self._good(good)

    def _good(self, rows: list[bytes]) -> Iterator[CopyRows]:
        if rows:
            token = self._separators.row_token
            yield CopyRows(self._separators.to_copy(token.join(rows) + token), len(rows))

    def _problems(self, row: bytes) -> list[tuple[str, str]]:
        problems = []
        fields = row.count(_FIELD) + 1
        if fields != self._columns:
            problems.append(("field_count", f"expected {self._columns} fields, found {fields}"))
        if b"\0" in row:
            problems.append(("nul", f"{row.count(0)} NUL character(s)"))
        if self._marks and (marks := len(MARK.findall(row))):
            problems.append(("undecodable", f"{marks} byte(s) that are not {self.encoding}"))
        return problems


def decode(pieces: Iterable[bytes], decoder: Decoder, key: str = "") -> Iterator[Output]:
    """Yield the rows of a whole object, decompressing it where its content says so."""
    for piece in decompressed(pieces, key):
        yield from decoder.feed(piece)
    yield from decoder.finish()
