"""Quoted files through PostgreSQL, compared with Python's csv module."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Literal

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rawcore.delimited.decoding import CopyRows, Decoder, Dialect
from tests.support.databases import Cluster

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
FIELD = TEXT | st.lists(st.sampled_from(list(',;|"\r\n\t\\ aā')), max_size=8).map("".join)
Rows = list[list[str]]


@pytest.fixture(scope="module")
def session(cluster: Cluster, template: str) -> Iterator[psycopg.Connection[Any]]:
    """A session with a table of three texts and the engine beside it."""
    with (
        cluster.clone(template) as database,
        psycopg.connect(database.admin_url, autocommit=True) as connection,
    ):
        connection.execute(
            "SET ROLE etl_owner; CREATE TEMP TABLE t (n serial, a text, b text, c text)"
        )
        yield connection


def written(rows: Rows, separator: str, end: str, quoting: Literal[0, 1]) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    return file.getvalue()


def read(text: str, separator: str) -> Rows:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


@settings(max_examples=200)
@given(
    st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from([",", ";", "|", "\t"]),
    st.booleans(),
    st.integers(1, 60),
    st.sampled_from(["utf-8", "utf-16le"]),
)
@example([["\\.", "", ""], ["\\N", '"', '""']], ",", False, 1, "utf-8")
@example([['a\r\n"b"', ",", "\n"]], ",", True, 3, "utf-16le")
def test_rows_are_those_of_the_csv_module(
    session: psycopg.Connection[Any],
    rows: Rows,
    separator: str,
    quote_all: bool,
    piece: int,
    encoding: str,
) -> None:
    text = written(rows, separator, "\r\n", csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    expected = read(text, separator)
    decoder = Decoder(Dialect(separator, "\r\n", encoding, quote='"'), 3, piece)
    data = text.encode("utf-16-le" if encoding == "utf-16le" else encoding)
    session.execute("TRUNCATE t RESTART IDENTITY")
    with session.cursor().copy("COPY t (a, b, c) FROM STDIN (FORMAT text, NULL '')") as copy:
        for output in [*decoder.feed(data), *decoder.finish()]:
            assert isinstance(output, CopyRows)
            copy.write(output.data)

    found = session.execute("SELECT a, b, c FROM t ORDER BY n").fetchall()
    assert found == [tuple(value or None for value in row) for row in expected]

    shown = session.execute(
        "SELECT string_agg(etl.quoted_row(ARRAY[a, b, c], %s, %s, %s) || %s, '' ORDER BY n) FROM t",
        [separator, "\r\n", '"', "\r\n"],
    ).fetchone()
    assert shown is not None
    assert read(shown[0], separator) == expected
