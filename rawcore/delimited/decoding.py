"""Turn delimited text into PostgreSQL's COPY text format, piece by piece, without splitting rows.

Both separators are replaced in place by tokens: bytes that UTF-8 never contains (see `separators`).
With everything but the tokens deleted, a piece shows whether each row has its number of fields.
Then the text is escaped, and one translate() turns the tokens into tabs and line feeds. Only a
piece with a bad row is split into rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rawcore.delimited.compression import decompressed
from rawcore.delimited.encoding import ENCODINGS, MARK, Utf8Stream, visible
from rawcore.delimited.first_rows import Expected, FirstRows, check_first_rows
from rawcore.delimited.quoting import QUOTES, QuotedSeparators
from rawcore.delimited.separators import FIELD, FLAW, ROW, Separators
from rawcore.errors import BadDialect, EmptyFile, RowTooLong, TruncatedFile

PIECE_BYTES = 1 << 18
"""Bytes decoded at once: they fit the cache of a core, which is a quarter faster than 1 MiB."""

MAX_ROW_BYTES = 16 << 20

_ALL_BUT_TOKENS = bytes(byte for byte in range(256) if byte not in FIELD + ROW)
_LINE_ENDS = b"\r\n"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a source writes its files; separators have one or more characters.

    A field that begins with the `quote` may contain separators, line ends and doubled quotes. With
    `trailing_separator` each row also has a separator after its last field. With `open_end` the
    last row may end without a row separator.
    """

    field_separator: str
    row_separator: str
    encoding: str = "auto"
    header: bool = False
    source: str = ""
    quote: str = ""
    trailing_separator: bool = False
    open_end: bool = False

    def __post_init__(self) -> None:
        """Raise BadDialect if no file could be read with this dialect."""
        problem = None
        if not self.field_separator or not self.row_separator:
            problem = "a separator is empty"
        elif self.field_separator == self.row_separator:
            problem = "both separators are the same"
        elif "\0" in self.field_separator + self.row_separator:
            problem = "a separator holds a NUL"
        elif self.encoding not in ENCODINGS:
            problem = f"encoding {self.encoding} is none of {', '.join(ENCODINGS)}"
        elif self.quote and self.quote not in QUOTES:
            problem = f"the quote is none of {' '.join(QUOTES)}"
        elif self.quote and self.quote in self.field_separator + self.row_separator:
            problem = "a separator holds the quote"
        if problem:
            raise BadDialect(source=self.source, problem=problem)


@dataclass(frozen=True, slots=True)
class CopyRows:
    """Rows in COPY's text format (NULL ''), with the number of them."""

    data: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class BadRow:
    r"""A row that raw cannot store. Its text shows undecodable bytes as \xNN and NUL as \x00."""

    line_no: int
    text: str
    code: str
    reason: str


Output = CopyRows | BadRow


class Decoder:
    """Decodes one file from (decompressed) bytes to COPY text, in constant memory.

    `rows` counts good and bad rows without the header; `line_no` counts all rows. Not thread-safe.
    If it is given more expectations than the number of `columns`, it compares the first rows.
    """

    def __init__(
        self,
        dialect: Dialect,
        columns: int,
        piece_bytes: int = PIECE_BYTES,
        expected: Expected | None = None,
    ) -> None:
        self.rows = 0
        self.line_no = 0
        self._columns = columns
        self._expected = expected
        self._separators = separators_of(dialect)
        self._trailing = dialect.trailing_separator
        self._shape = FIELD * (columns - 1 + self._trailing) + ROW
        self._open_end = dialect.open_end
        self._stream = Utf8Stream(dialect.encoding)
        self._header = dialect.header
        self._piece_bytes = piece_bytes
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._carry = b""
        self._marks = False

    @property
    def encoding(self) -> str:
        """The encoding in use; '' until it is known."""
        return self._stream.encoding or ""

    def feed(self, piece: bytes) -> Iterator[Output]:
        """Decode the next bytes; exhaust the iterator before the next call.

        Raises BadContent: DriftedFile at the first rows, RowTooLong.
        """
        for start in range(0, len(piece), self._piece_bytes):
            part = piece[start : start + self._piece_bytes]
            self._waiting.append(part)
            self._waiting_bytes += len(part)
            if self._waiting_bytes >= self._piece_bytes:
                yield from self._work(self._take(), final=False)

    def finish(self) -> Iterator[Output]:
        """Finish the file. Raises EmptyFile, TruncatedFile or OddUtf16."""
        yield from self._work(self._take(), final=True)
        rest = self._carry.strip(_LINE_ENDS)
        is_whole = self._separators.is_whole_row(self._carry)
        if rest and is_whole and self._open_end:
            yield from self._work(self._separators.row, final=True, is_utf8=True)
            return
        if rest:
            cause = "the delivery broke off; ask for it again"
            if not is_whole:
                cause = "a quote opens there and is never closed"
            elif not self.line_no:
                cause = "the separators or the encoding of the source do not match this file"
            raise TruncatedFile(
                characters=len(rest.decode(errors="replace")), rows=self.line_no, cause=cause
            )
        if not self.line_no:
            raise EmptyFile()

    def _take(self) -> bytes:
        data = self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting)
        self._waiting, self._waiting_bytes = [], 0
        return data

    def _work(self, data: bytes, final: bool, is_utf8: bool = False) -> Iterator[Output]:
        utf8 = data
        if not is_utf8:
            utf8 = self._stream.feed(data, final)
            self._marks |= self._stream.marked
        marked = self._separators.mark(self._carry + utf8)
        end = self._separators.end_of_rows(marked, final)
        body = marked[:end]
        self._carry = self._separators.unmark(marked[end:])
        if len(self._carry) > MAX_ROW_BYTES:
            raise RowTooLong(limit=MAX_ROW_BYTES >> 20, rows=self.line_no)
        del utf8, marked
        headings: tuple[str, ...] = ()
        if self._header and body:
            end = body.index(ROW)
            headings = tuple(fields(self._separators, body[:end], self._trailing))
            body = body[end + len(self._separators.row) :]
            self._header = False
            self.line_no += 1
        if self._expected is not None and (body or headings):
            check_first_rows(FirstRows(headings, self._count_fields(body)), self._expected)
            self._expected = None
        if body:
            yield from self._rows(body)
        self._marks = self._marks and MARK.search(self._carry) is not None

    def _rows(self, body: bytes) -> Iterator[Output]:
        shape = body.translate(None, _ALL_BUT_TOKENS)
        rows = shape.count(ROW)
        is_fine = shape == self._shape * rows and b"\0" not in body and FLAW not in body
        if is_fine and self._trailing:
            is_fine = body.count(self._separators.field_token + ROW) == rows
        if self._marks or not is_fine:
            yield from self._rows_one_by_one(body)
            return
        self.rows += rows
        self.line_no += rows
        yield CopyRows(self._to_copy(body), rows)

    def _count_fields(self, body: bytes) -> Counter[int]:
        """Count the rows by the number of their fields."""
        shape = body.translate(None, _ALL_BUT_TOKENS)
        rows = shape.count(ROW)
        if self._trailing and self._separators.field_token + ROW not in body:
            return Counter()  # the separator after the last field is missing, not a field
        if shape == self._shape * rows:
            return Counter({self._columns: rows}) if rows else Counter()
        return Counter(len(row) + 1 - self._trailing for row in shape.split(ROW)[:-1])

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
            yield CopyRows(self._to_copy(token.join(rows) + token), len(rows))

    def _to_copy(self, marked: bytes) -> bytes:
        if self._trailing:
            end = self._separators.row_token
            marked = marked.replace(self._separators.field_token + end, end)
        return self._separators.to_copy(marked)

    def _problems(self, row: bytes) -> list[tuple[str, str]]:
        problems = []
        if wrong := self._wrong_fields(row):
            problems.append(("field_count", wrong))
        if FLAW in row:
            problems.append(
                ("quote", f"{row.count(FLAW)} field(s) with text after the closing quote")
            )
        if b"\0" in row:
            problems.append(("nul", f"{row.count(0)} NUL character(s)"))
        if self._marks and (marks := len(MARK.findall(row))):
            problems.append(("undecodable", f"{marks} byte(s) that are not {self.encoding}"))
        return problems

    def _wrong_fields(self, row: bytes) -> str:
        """Return the fault in the number of fields; '': there is none."""
        fields = row.count(FIELD) + 1
        if not self._trailing:
            return "" if fields == self._columns else _expected(self._columns, fields)
        if row.endswith(self._separators.field_token):
            fields -= 1
            return "" if fields == self._columns else _expected(self._columns, fields)
        return f"{_expected(self._columns, fields)}, the last without a separator after it"


def _expected(wanted: int, found: int) -> str:
    return f"expected {wanted} fields, found {found}"


def fields(separators: Separators, marked: bytes, trailing: bool) -> list[str]:
    """Return the texts of one row, for a header and for the first rows of a file."""
    texts = separators.to_copy(marked).decode(errors="replace").split("\t")
    return texts[:-1] if trailing and not texts[-1] else texts


def separators_of(dialect: Dialect) -> Separators:
    """Return the object that finds the separators of a dialect."""
    field, row = dialect.field_separator.encode(), dialect.row_separator.encode()
    if dialect.quote:
        return QuotedSeparators(field, row, dialect.quote.encode())
    return Separators(field, row)


def decode(pieces: Iterable[bytes], decoder: Decoder, key: str = "") -> Iterator[Output]:
    """Yield the rows of a whole object; compressed content is decompressed."""
    for piece in decompressed(pieces, key):
        yield from decoder.feed(piece)
    yield from decoder.finish()
