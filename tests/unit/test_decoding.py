"""Single cases of the decoder, each with input and output."""

import gzip
import zlib

import pytest

from rawcore.delimited import compression, decoding
from rawcore.delimited.decoding import BadRow, CopyRows, Decoder, Dialect, decode
from rawcore.delimited.encoding import detect
from rawcore.errors import BadArchive, BadDialect, EmptyFile, OddUtf16, RowTooLong, TruncatedFile
from tests.support.archives import zstd

INDICI = Dialect("|^^|", "|~~|", "auto")


def read(data: bytes, columns: int = 2, dialect: Dialect = INDICI, key: str = "x") -> list[object]:
    """Rows of a whole object as COPY text, or as BadRow."""
    outputs = decode([data], Decoder(dialect, columns), key)
    return [output.data if isinstance(output, CopyRows) else output for output in outputs]


def bad(row: object) -> tuple[int, str, str, str]:
    assert isinstance(row, BadRow)
    return row.line_no, row.text, row.code, row.reason


def test_text_is_escaped_and_empty_fields_stay_empty() -> None:
    text = 'a\tb|^^|c\\d|~~||^^|\r\n"x",|~~|'
    assert read(text.encode("utf-16-le")) == [b'a\\tb\tc\\\\d\n\t\\r\\n"x",\n']


def test_end_mark_of_copy_is_data() -> None:
    assert read(b"\\.|~~|", columns=1) == [b"\\\\.\n"]


def test_bad_rows_stand_between_the_good_ones_in_order() -> None:
    data = b"1|^^|a|~~|2|~~|3|^^|c|~~|4|^^|d|^^|e|~~|"
    first, second, third, fourth = read(data)
    assert (first, third) == (b"1\ta\n", b"3\tc\n")
    assert bad(second) == (2, "2", "field_count", "expected 2 fields, found 1")
    assert bad(fourth) == (4, "4|^^|d|^^|e", "field_count", "expected 2 fields, found 3")


def test_field_counts_that_cancel_out_are_seen() -> None:
    assert [bad(row)[0] for row in read(b"1|^^|2|^^|3|~~|4|~~|")] == [1, 2]


def test_nul_is_shown() -> None:
    good, row = read(b"1|^^|a|~~|2|^^|a\0b|~~|")
    assert good == b"1\ta\n"
    assert bad(row) == (2, r"2|^^|a\x00b", "nul", "1 NUL character(s)")


def test_undecodable_bytes_are_shown() -> None:
    row, good = read(b"1|^^|a\xe9b|~~|2|^^|\xc4\x81|~~|", dialect=Dialect("|^^|", "|~~|", "utf-8"))
    assert bad(row) == (1, r"1|^^|a\xe9b", "undecodable", "1 byte(s) that are not utf-8")
    assert good == "2\tā\n".encode()


def test_surrogate_without_partner_is_undecodable() -> None:
    data = "1|^^|a".encode("utf-16-le") + b"\x00\xd8" + "|~~|2|^^|b|~~|".encode("utf-16-le")
    row, good = read(data)
    assert bad(row) == (1, r"1|^^|a\x00\xd8", "undecodable", "2 byte(s) that are not utf-16le")
    assert good == b"2\tb\n"


def test_undecodable_byte_in_the_carry_is_not_forgotten() -> None:
    decoder = Decoder(Dialect("|^^|", "|~~|", "utf-8"), 2, piece_bytes=1)
    outputs = [*decoder.feed(b"1|^^|a|~~|2|^^|" + b"x" * 4096 + b"\xff"), *decoder.feed(b"y")]
    outputs += [*decoder.feed(b"|~~|3|^^|c|~~|"), *decoder.finish()]
    assert [isinstance(output, BadRow) for output in outputs] == [False, True, False]


def test_a_row_with_several_faults_names_all() -> None:
    (row,) = read(b"1\0\xff|~~|", dialect=Dialect("|^^|", "|~~|", "utf-8"))
    assert bad(row)[2:] == (
        "field_count",
        "expected 2 fields, found 1; 1 NUL character(s); 1 byte(s) that are not utf-8",
    )


def test_header_is_no_row_but_has_a_line() -> None:
    decoder = Decoder(Dialect(";", "\n", "utf-8", header=True), 2)
    good, row = decode([b"a;b\n1;x\n2\n"], decoder)
    assert isinstance(good, CopyRows)
    assert (good.data, bad(row)[0], decoder.rows, decoder.line_no) == (b"1\tx\n", 3, 2, 3)


def test_line_ends_after_the_last_row_are_no_data_but_between_rows_they_are() -> None:
    assert read(b"1|^^|a|~~|\n2|^^|b|~~|\r\n") == [b"1\ta\n\\n2\tb\n"]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n", gzip.compress(b"")])
def test_empty_file_is_an_error(data: bytes) -> None:
    with pytest.raises(EmptyFile):
        read(data)


def test_text_after_the_last_row_is_a_truncation() -> None:
    with pytest.raises(
        TruncatedFile, match="3 characters after the last of 1 row separators: the de"
    ):
        read(b"1|^^|a|~~|2|^")


def test_no_separator_at_all_points_to_the_dialect() -> None:
    with pytest.raises(TruncatedFile, match="separators or the encoding of the source"):
        read(b"1,2\n3,4\n")


def test_half_a_character_of_utf_16_is_a_truncation() -> None:
    with pytest.raises(OddUtf16):
        read("1|^^|a|~~|".encode("utf-16-le") + b"\n")


def test_row_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_ROW_BYTES", 1 << 20)
    decoder = Decoder(INDICI, 2, piece_bytes=1 << 18)
    with pytest.raises(RowTooLong):
        list(decode([b"x" * (1 << 18)] * 9, decoder))


@pytest.mark.parametrize(
    ("head", "declared", "expected"),
    [
        (b"\xff\xfe1\0", "utf-8", ("utf-16le", 2)),
        (b"\xfe\xff\x001", "auto", ("utf-16be", 2)),
        (b"\xef\xbb\xbf1", "latin-1", ("utf-8", 3)),
        ("1|^^|ā".encode("utf-16-le"), "auto", ("utf-16le", 0)),
        ("1|^^|ā".encode("utf-16-be"), "auto", ("utf-16be", 0)),
        (("語" * 1900 + "|^^|").encode("utf-16-le"), "auto", ("utf-16le", 0)),
        (b"plain text that holds one \0 only", "auto", ("utf-8", 0)),
        (b"1|^^|a", "auto", ("utf-8", 0)),
    ],
)
def test_encoding_is_found(head: bytes, declared: str, expected: tuple[str, int]) -> None:
    assert detect(head, declared) == expected


ROWS = b"1|^^|a|~~|" * 200_000
COPY = b"1\ta\n" * 200_000


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(ROWS),
        gzip.compress(ROWS[:777]) + gzip.compress(ROWS[777:]) + b"\0" * 512,
        zstd.compress(ROWS),
        zstd.compress(ROWS[:777]) + zstd.compress(ROWS[777:]),
    ],
    ids=["gzip", "two gzip members", "zstd", "two zstd frames"],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_archives_are_read_in_pieces(packed: bytes, size: int) -> None:
    parts = [packed[at : at + size] for at in range(0, len(packed), size)]
    plain = list(compression.decompressed(parts))
    assert max(map(len, plain)) <= 1 << 20
    outputs = decode(parts, Decoder(INDICI, 2), "x.csv")
    assert b"".join(out.data for out in outputs if isinstance(out, CopyRows)) == COPY


@pytest.mark.parametrize("packed", [gzip.compress(ROWS), zstd.compress(ROWS)])
def test_archive_cut_short_is_an_error(packed: bytes) -> None:
    with pytest.raises(BadArchive, match="ends before its end mark"):
        read(packed[:-9])


@pytest.mark.parametrize(
    "data", [gzip.compress(ROWS)[:-8] + bytes(8), gzip.compress(ROWS) + b"junk"]
)
def test_archive_that_is_damaged_is_an_error(data: bytes) -> None:
    with pytest.raises(BadArchive):
        read(data)


def test_name_that_promises_an_archive_is_held_to_it() -> None:
    with pytest.raises(BadArchive, match="does not begin like an archive"):
        read(ROWS, key="a/b.csv.GZ")


def gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(64)]) + packer.flush()


@pytest.mark.parametrize(
    "bomb", [gzip_bomb(), zstd.compress(bytes(64 << 20))], ids=["gzip", "zstd"]
)
def test_little_that_unpacks_to_much_comes_in_pieces(bomb: bytes) -> None:
    assert {len(piece) for piece in compression.decompressed([bomb])} <= {0, 1 << 20}


@pytest.mark.parametrize("dialect", [("", "\n"), ("|", "|"), ("|", "\0")])
def test_dialect_that_cannot_be_read_is_refused(dialect: tuple[str, str]) -> None:
    with pytest.raises(BadDialect):
        Dialect(*dialect)
