"""The decoder compared with a model that shares no code with it and scans single characters."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rawcore.delimited.decoding import BadRow, CopyRows, Decoder, Dialect

CODECS = {"utf-8": "utf-8", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
BOMS = {"utf-8": b"\xef\xbb\xbf", "utf-16le": b"\xff\xfe", "utf-16be": b"\xfe\xff"}
SEPARATORS = [
    ("|^^|", "|~~|"),
    ("|", "|\n"),
    ("\t", "\n"),
    ("||", "|"),
    ("ab", "ba"),
    ("aa", "ab"),
    ("a|~~|b", "|~~|"),
    ("\\t", "\\n"),
    ("ā", "ē"),
    ("tn", "\\"),
    (",", "\r\n"),
    ("b", "abc"),
]
Rows = list[list[str]]


def scan(text: str, field: str, row: str) -> tuple[Rows, str]:
    """Model: rows of fields, and what follows the last row separator."""
    rows: Rows = []
    fields, value, at, rest = [], "", 0, 0
    while at < len(text):
        fits = [one for one in (field, row) if text[at : at + len(one)] == one]
        found = max(fits, key=len, default=text[at])
        at += len(found)
        if not fits:
            value += found
            continue
        fields.append(value)
        value = ""
        if found == row:
            rows.append(fields)
            fields, rest = [], at
    return rows, text[rest:]


def parse_copy(data: bytes) -> Rows:
    """Model: COPY text format, unescaped by hand."""
    assert data.endswith(b"\n")
    plain = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
    rows: Rows = [[""]]
    characters = iter(data.decode())
    for character in characters:
        if character == "\n":
            rows.append([""])
        elif character == "\t":
            rows[-1].append("")
        elif character == "\\":
            rows[-1][-1] += plain[next(characters)]
        else:
            rows[-1][-1] += character
    return rows[:-1]


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def run(decoder: Decoder, parts: list[bytes]) -> list[CopyRows | BadRow]:
    outputs = [output for part in parts for output in decoder.feed(part)]
    return [*outputs, *decoder.finish()]


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, str]:
    """A text that ends with a row separator, full of whole and broken separators."""
    field, row = draw(st.sampled_from(SEPARATORS))
    parts = [
        field,
        row,
        field[:-1] or "x",
        row[1:] or "y",
        row[:1],
        "\t",
        "\n",
        "\r",
        "\\",
        "\\.",
        '"',
        ",",
        "ā",
        "😀",
        "a",
        "b",
        "",
        "\ufeff",
        "\x1a",
        "“x”",
        "\\N",
    ]
    text = "x" + "".join(draw(st.lists(st.sampled_from(parts) | st.text(max_size=3), max_size=40)))
    text = text.replace("\0", "")
    rows, rest = scan(text + row, field, row)
    return field, row, (text + row if not rest and rows else "x" + row)


@settings(max_examples=400, deadline=None)
@given(
    files(),
    st.sampled_from(sorted(CODECS)),
    st.booleans(),
    st.lists(st.integers(0, 400)),
    st.integers(1, 9),
)
@example(("|^^|", "|~~|", "1|^^|~~|^^|2|~~|^^|3|~~|"), "utf-8", True, [], 1)
@example(("||", "|", "a|||b||c|"), "utf-8", True, [], 1)
def test_every_field_comes_back(
    file: tuple[str, str, str], encoding: str, bom: bool, cuts: list[int], piece: int
) -> None:
    field, row, text = file
    expected, _ = scan(text, field, row)
    width = len(expected[0])
    data = BOMS[encoding] * bom + text.encode(CODECS[encoding])
    declared = "auto" if bom else encoding
    decoder = Decoder(Dialect(field, row, declared), width, piece_bytes=piece)

    outputs = run(decoder, pieces(data, cuts))

    good = [row for out in outputs if isinstance(out, CopyRows) for row in parse_copy(out.data)]
    bad = [(out.line_no, out.text, out.code) for out in outputs if isinstance(out, BadRow)]
    assert good == [fields for fields in expected if len(fields) == width]
    assert bad == [
        (number, field.join(fields), "field_count")
        for number, fields in enumerate(expected, 1)
        if len(fields) != width
    ]
    assert decoder.rows == len(expected)
    assert sum(out.rows for out in outputs if isinstance(out, CopyRows)) == len(good)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), min_size=1), st.integers(1, 64))
def test_one_byte_pieces_give_what_one_piece_gives(rows: Rows, piece: int) -> None:
    text = "".join("|^^|".join(fields) + "|~~|" for fields in rows)
    data = text.encode("utf-16-le")
    dialect = Dialect("|^^|", "|~~|", "utf-16le")
    small = run(Decoder(dialect, 3, piece), [data[at : at + 1] for at in range(len(data))])
    whole = run(Decoder(dialect, 3), [data])
    join = [
        b"".join(out.data for out in outs if isinstance(out, CopyRows)) for outs in (small, whole)
    ]
    assert join[0] == join[1]
    assert [out for out in small if isinstance(out, BadRow)] == [
        out for out in whole if isinstance(out, BadRow)
    ]


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(codec="latin-1", exclude_characters="\0"), min_size=1, max_size=30),
    st.integers(1, 5),
)
def test_latin_1_comes_back(value: str, piece: int) -> None:
    data = f"x{value};\n".encode("latin-1")
    expected, rest = scan(f"x{value};\n", ";", ";\n")
    decoder = Decoder(Dialect(";", ";\n", "latin-1"), len(expected[0]), piece)
    outputs = run(decoder, [data])
    assert not rest.strip("\r\n")
    assert isinstance(outputs[0], CopyRows)
    assert parse_copy(outputs[0].data)[0] == expected[0]
