"""Quoted fields, trailing separators and open ends: single cases, and a model by characters."""

import csv
import io
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rawcore.delimited import decoding
from rawcore.delimited.decoding import BadRow, CopyRows, Decoder, Dialect, decode
from rawcore.delimited.quoting import QuotedSeparators
from rawcore.errors import BadDialect, RowTooLong, TruncatedFile

CSV = Dialect(",", "\n", "utf-8", quote='"')
TBL = Dialect("|", "\n", "utf-8", trailing_separator=True)
OPEN = Dialect(",", "\n", "utf-8", quote='"', open_end=True)
SEPARATORS = [
    (",", "\n"),
    (",", "\r\n"),
    ("|^^|", "|~~|"),
    ("\t", "\n"),
    ("||", "\r\n"),
    ("ā", "ē"),
]
Rows = list[list[str]]


def read(text: str, columns: int = 2, dialect: Dialect = CSV) -> list[object]:
    """Good rows as COPY text, bad rows as line, text and reason."""
    outputs = decode([text.encode()], Decoder(dialect, columns))
    return [
        out.data.decode() if isinstance(out, CopyRows) else (out.line_no, out.text, out.reason)
        for out in outputs
    ]


def test_separators_line_ends_and_doubled_quotes_inside_quotes_are_text() -> None:
    assert read('1,"a,b"\n"2","c\nd ""e"""\n3,""\n4,\n') == [
        '1\ta,b\n2\tc\\nd "e"\n3\t\n4\t\n'
    ]  # fmt: skip


def test_a_quote_that_does_not_begin_its_field_is_text() -> None:
    assert read('1,6" nail\n2,"a"\n3, "b"\n') == ['1\t6" nail\n2\ta\n3\t "b"\n']


def test_text_after_the_quote_is_a_bad_row_shown_as_it_came() -> None:
    assert read('1,"a"\n2,"b"c\n"3","d ""e"" f"\n') == [
        "1\ta\n",
        (2, '2,"b"c', "1 field(s) with text after the closing quote"),
        '3\td "e" f\n',
    ]


def test_ragged_rows_are_shown_with_their_quotes_and_lines_count_rows() -> None:
    assert read('1,"a\nb"\n2,"c ""d""","e\n"\n3,f\n') == [
        "1\ta\\nb\n",
        (2, '2,"c ""d""","e\n"', "expected 2 fields, found 3"),
        "3\tf\n",
    ]


def test_headings_may_be_quoted_and_hold_line_ends() -> None:
    dialect = Dialect(",", "\r\n", "utf-8", header=True, quote='"')
    decoder = Decoder(dialect, 2)
    (rows,) = decode([b'"a\r\nb",c\r\n1,x\r\n'], decoder)
    assert isinstance(rows, CopyRows)
    assert (rows.data, decoder.rows, decoder.line_no) == (b"1\tx\n", 1, 2)


def test_apostrophes_can_be_the_quote() -> None:
    assert read("'it''s, so',\"x\"\n", dialect=Dialect(",", "\n", quote="'")) == [
        'it\'s, so\t"x"\n'
    ]


def test_a_quote_never_closed_fails_the_file() -> None:
    with pytest.raises(TruncatedFile, match="after the last of 1 row separators: a quote opens"):
        read('1,a\n2,"b\n3,c\n')


def test_a_quote_never_closed_in_a_big_file_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_ROW_BYTES", 1 << 18)
    with pytest.raises(RowTooLong):
        list(decode([b'1,"a\n', *[b"2,b\n" * 20_000] * 9], Decoder(CSV, 2, 1 << 16)))


def test_the_last_row_of_an_open_end_needs_no_separator() -> None:
    assert read('1,a\n2,"b"', dialect=OPEN) == ["1\ta\n", "2\tb\n"]
    assert read("1,a\n2,b\n", dialect=OPEN) == ["1\ta\n2\tb\n"]
    assert read("1,a\n2", dialect=OPEN) == ["1\ta\n", (2, "2", "expected 2 fields, found 1")]


def test_an_open_end_inside_a_quote_fails_the_file() -> None:
    with pytest.raises(TruncatedFile, match="never closed"):
        read('1,a\n2,"b', dialect=OPEN)


def test_an_open_end_in_utf_16_is_read() -> None:
    dialect = Dialect(",", "\n", "utf-16le", open_end=True)
    outputs = decode(["1,a\n2,ā".encode("utf-16-le")], Decoder(dialect, 2))
    assert (
        b"".join(out.data for out in outputs if isinstance(out, CopyRows))
        == "1\ta\n2\tā\n".encode()
    )


def test_a_trailing_separator_belongs_to_the_row() -> None:
    assert read("1|a|\n2||\n", dialect=TBL) == ["1\ta\n2\t\n"]


def test_rows_without_the_trailing_separator_are_ragged() -> None:
    assert read("1|a|\n2|b\n3|c|d\n4|\n5|e|f|\n6|g|\n", dialect=TBL) == [
        "1\ta\n",
        (2, "2|b", "expected 2 fields, found 2, the last without a separator after it"),
        (3, "3|c|d", "expected 2 fields, found 3, the last without a separator after it"),
        (4, "4|", "expected 2 fields, found 1"),
        (5, "5|e|f|", "expected 2 fields, found 3"),
        "6\tg\n",
    ]


def test_a_trailing_separator_after_a_quoted_field() -> None:
    dialect = Dialect("|", "\n", "utf-8", quote='"', trailing_separator=True)
    assert read('1|"a|"|\n2|b|\n', dialect=dialect) == ["1\ta|\n2\tb\n"]


@pytest.mark.parametrize("dialect", [(",", "\n", "x"), ('"', "\n", '"'), (",", '"\n', '"')])
def test_a_quote_that_cannot_be_read_is_refused(dialect: tuple[str, str, str]) -> None:
    field, row, quote = dialect
    with pytest.raises(BadDialect):
        Dialect(field, row, quote=quote)


def scan(text: str, field: str, row: str) -> tuple[list[tuple[list[str], bool]], str]:
    """Model: rows of fields, with whether a row is flawed; and what follows the last row."""
    rows: list[tuple[list[str], bool]] = []
    fields: list[str] = []
    value, state, flawed = "", "start", False
    at = rest = 0
    while at < len(text):
        ends = [one for one in (field, row) if text.startswith(one, at)]
        if state == "start" and text[at] == '"':
            state, at = "quoted", at + 1
        elif state == "quoted" and text.startswith('""', at):
            value, at = value + '"', at + 2
        elif state == "quoted":
            state = "closed" if text[at] == '"' else state
            value, at = value + text[at] * (state == "quoted"), at + 1
        elif ends:
            end = max(ends, key=len)
            fields, value, state, at = [*fields, value], "", "start", at + len(end)
            if end == row:
                rows.append((fields, flawed))
                fields, flawed, rest = [], False, at
        else:
            flawed = flawed or state == "closed"
            value, state, at = value + text[at], "closed" if state == "closed" else "text", at + 1
    return rows, text[rest:]


def parse_copy(data: bytes) -> Rows:
    """Model: COPY text format, unescaped by hand."""
    plain = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
    rows: Rows = [[""]]
    characters = iter(data.decode())
    for character in characters:
        if character == "\n":
            rows.append([""])
        elif character == "\t":
            rows[-1].append("")
        else:
            rows[-1][-1] += plain[next(characters)] if character == "\\" else character
    return rows[:-1]


@st.composite
def soup(draw: st.DrawFn) -> tuple[str, str, str]:
    """A text full of quotes and separators, that ends with a row."""
    field, row = draw(st.sampled_from(SEPARATORS))
    parts = [
        field,
        row,
        '"',
        '""',
        field + '"',
        '"' + field,
        '"' + row,
        row + '"',
        row[:1],
        "a",
        "\\",
    ]
    text = "".join(draw(st.lists(st.sampled_from(parts), max_size=30)))
    return field, row, text + row


@settings(max_examples=500, deadline=None)
@given(soup(), st.lists(st.integers(0, 99)), st.integers(1, 9))
@example((",", "\n", '1,"a\nb"x\n'), [], 1)
@example(("||", "\r\n", '1||"a""\r\n"\r\n'), [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], 1)
def test_any_text_is_read_as_the_model_reads_it(
    file: tuple[str, str, str], cuts: list[int], piece: int
) -> None:
    field, row, text = file
    rows, rest = scan(text, field, row)
    data = text.encode()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    width = len(rows[0][0]) if rows else 1
    decoder = Decoder(Dialect(field, row, "utf-8", quote='"'), width, piece)

    outputs = [out for a, b in pairwise(edges) for out in decoder.feed(data[a:b])]
    if rest:
        with pytest.raises(TruncatedFile, match="never closed"):
            outputs.extend(decoder.finish())
        return
    outputs += decoder.finish()

    good = [one for out in outputs if isinstance(out, CopyRows) for one in parse_copy(out.data)]
    bad = [out.line_no for out in outputs if isinstance(out, BadRow)]
    is_good = [len(fields) == width and not flawed for fields, flawed in rows]
    assert good == [fields for (fields, _), fine in zip(rows, is_good, strict=True) if fine]
    assert bad == [number for number, fine in enumerate(is_good, 1) if not fine]
    assert all(out.text + row in text for out in outputs if isinstance(out, BadRow))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=2
        ),
        min_size=1,
    ),
    st.booleans(),
    st.integers(1, 64),
)
def test_what_the_csv_module_writes_comes_back(rows: Rows, minimal: bool, piece: int) -> None:
    file = io.StringIO()
    end = "\r\n" if minimal else "\n"
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL if minimal else csv.QUOTE_ALL
    csv.writer(file, quoting=quoting, lineterminator=end).writerows(rows)
    text = file.getvalue()
    assert list(csv.reader(io.StringIO(text, newline=""))) == rows
    decoder = Decoder(Dialect(",", end, "utf-8", quote='"'), 2, piece)
    outputs = decode([text.encode()], decoder)
    assert b"".join(out.data for out in outputs if isinstance(out, CopyRows)) == b"".join(
        "\t".join(map(copied, row)).encode() + b"\n" for row in rows
    )


def copied(value: str) -> str:
    for character, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(character, escaped)
    return value


@settings(max_examples=300, deadline=None)
@given(soup())
def test_the_fast_reading_is_that_field_by_field(file: tuple[str, str, str]) -> None:
    field, row, text = file
    separators = QuotedSeparators(field.encode(), row.encode(), b'"')
    marked, slow = separators.mark(text.encode()), separators._mark_by_field(text.encode())
    assert separators.unmark(marked) == separators.unmark(slow) == text.encode()
    end = separators.end_of_rows(slow, final=True)
    assert marked[:end] == slow[:end]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.lists(st.text("ab\\\t\r", max_size=3), max_size=4), st.booleans())),
    st.integers(1, 9),
)
def test_trailing_separators_are_those_of_the_model(
    rows: list[tuple[list[str], bool]], piece: int
) -> None:
    rows = [(["x", "y"], True), *rows]
    lines = ["|".join(fields) + "|" * trailing for fields, trailing in rows]
    decoder = Decoder(Dialect("|", "\n", "utf-8", trailing_separator=True), 2, piece)
    outputs = list(decode(["\n".join([*lines, ""]).encode()], decoder))
    good = [one for out in outputs if isinstance(out, CopyRows) for one in parse_copy(out.data)]
    # "|" after each of two fields, and nothing after the second one
    fitting = [line.split("|") for line in lines if line.count("|") == 2 and line.endswith("|")]
    assert good == [fields[:2] for fields in fitting]
    bad = [out.line_no for out in outputs if isinstance(out, BadRow)]
    assert len(good) + len(bad) == len(rows) == decoder.rows
    assert [lines[number - 1] for number in bad] == [
        out.text for out in outputs if isinstance(out, BadRow)
    ]
