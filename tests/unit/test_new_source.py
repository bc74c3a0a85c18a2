"""A source drafted from samples: the guesses, and that the contracts load."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from codegen.__main__ import main
from codegen.authoring.newsource.columns import guess_column
from codegen.authoring.newsource.naming import column_names, read_name
from codegen.contract.loading import load_feed
from codegen.contract.model import Feed

DAY = "{date_extracted:YYYYMMDD}"
HEADINGS = ["OrderID", "Customer No", "Placed", "IsPaid", "Amount", "Remark"]
ROWS = [
    [
        str(n),
        f"C{n % 7:03}",
        f"2025-07-{n % 28 + 1:02}",
        str(n % 2),
        f"{n}.50",
        "so, so" if n % 3 else "",
    ]
    for n in range(1, 61)
]


def started(folder: Path, *samples: tuple[str, bytes]) -> Feed:
    """Write samples, start a source from them and load its contracts."""
    paths = []
    for name, content in samples:
        (folder / name).write_bytes(content)
        paths.append(str(folder / name))
    arguments = ["new-source", "fresh", *paths, "--contracts", str(folder / "contracts")]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return load_feed(folder / "contracts" / "fresh")


def joined(rows: list[list[str]], field: str, row: str) -> str:
    return "".join(field.join(one) + row for one in rows)


def sheet(rows: list[list[str]], separator: str = ",", end: str = "\r\n") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator=end).writerows(rows)
    return file.getvalue()


DIALECTS: dict[str, tuple[bytes, dict[str, object]]] = {
    "csv with quotes": (
        sheet([HEADINGS, *ROWS]).encode(),
        {"field_separator": ",", "row_separator": "\r\n", "quote": '"', "header": True},
    ),
    "csv without its last line end": (
        sheet([HEADINGS, *ROWS], end="\n").rstrip().encode(),
        {"field_separator": ",", "row_separator": "\n", "quote": '"', "open_end": True},
    ),
    "semicolons in latin-1": (
        sheet([HEADINGS, *ROWS, ["61", "é", "2025-07-01", "1", "1.00", ""]], ";").encode("latin-1"),
        {"field_separator": ";", "quote": None, "encoding": "latin-1", "header": True},
    ),
    "tabs in UTF-16 with a mark": (
        "\ufeff".encode("utf-16-le") + joined([HEADINGS, *ROWS], "\t", "\r\n").encode("utf-16-le"),
        {"field_separator": "\t", "row_separator": "\r\n", "encoding": "utf-16le"},
    ),
    "separators of several characters": (
        joined(ROWS, "|^^|", "|~~|").encode("utf-16-le"),
        {"field_separator": "|^^|", "row_separator": "|~~|", "encoding": "utf-16le"},
    ),
    "a trailing separator": (
        joined([[*row, ""] for row in ROWS], "|", "\n").encode(),
        {"field_separator": "|", "trailing_separator": True, "header": False},
    ),
    "gzip": (
        gzip.compress(joined([HEADINGS, *ROWS], "|", "\n").encode()),
        {"field_separator": "|", "row_separator": "\n", "header": True},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DIALECTS)
def test_the_dialect_is_found_and_types_and_key_with_it(case: str, tmp_path: Path) -> None:
    content, expected = DIALECTS[case]
    ending = ".csv.gz" if case == "gzip" else ".csv"
    feed = started(tmp_path, (f"Orders_20250801{ending}", content))
    dialect = feed.source.dialect.model_dump()
    assert {key: dialect[key] for key in expected} == expected
    (extract,) = feed.extracts
    assert len(extract.columns) == 6
    assert [c.type for c in extract.columns][:1] == ["integer"]
    assert [c.type for c in extract.columns][2] == "date"
    assert [c.type for c in extract.columns][4] == "numeric(12,2)"
    assert extract.natural_key == (extract.columns[0].name,)
    if dialect["header"]:
        assert extract.column_names == (
            *("order_id", "customer_no", "placed", "is_paid", "amount", "remark"),
        )
        assert extract.column("is_paid").type == "boolean"


@pytest.mark.parametrize(
    ("values", "type_", "text_format"),
    [
        (["1", "2", ""], "integer", ""),
        (["300000000"], "bigint", ""),
        (["007", "010"], "text", ""),
        (["0.5", "-.25"], "numeric(12,2)", ""),
        (["3,20", "4"], "numeric(12,2)", "decimal comma"),
        (["-36.882534999999997"], "numeric", ""),
        (["12345678901234567890"], "text", ""),
        (["true", "false"], "boolean", "true/false"),
        (["Y", "N"], "boolean", "Y/N"),
        (["Y", "N", "U"], "text", ""),
        (["2025-07-21", "2025-02-01 00:00:00"], "text", ""),
        (["2025-07-21 00:00:00.000"], "date", ""),
        (["21/07/2025", "01/02/2025"], "date", "DD/MM/YYYY"),
        (["07/21/2025", "01/02/2025"], "date", "MM/DD/YYYY"),
        (["31/06/2025"], "text", ""),
        (["20250721", "20250801"], "date", "YYYYMMDD"),
        (["20250732", "20250801"], "integer", ""),
        (["2025-07-21 13:30:00.5"], "timestamptz", ""),
        (["2025-07-21T13:30:00Z"], "timestamptz", "YYYY-MM-DDTHH24:MI:SSZ"),
        (["21/07/2025 13:30"], "timestamptz", "DD/MM/YYYY HH24:MI"),
        (["2025-07-21T13:30:00+12:00"], "timestamptz", "YYYY-MM-DDTHH24:MI:SSTZH:TZM"),
        (["6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b11"], "uuid", ""),
        ([""], "text", ""),
    ],
)
def test_the_narrowest_type_that_takes_all_values(
    values: list[str], type_: str, text_format: str
) -> None:
    column = guess_column(values)
    assert (column.type, column.format) == (type_, text_format)


def test_of_two_formats_that_fit_the_contract_says_so() -> None:
    assert guess_column(["01/02/2025"]).remark == "DD/MM/YYYY and MM/DD/YYYY both fit"


@pytest.mark.parametrize(
    ("name", "file_type", "pattern", "ending"),
    [
        ("lineitem_20250901.tbl", "lineitem", f"{{file_type}}_{DAY}", ".tbl"),
        ("order_items-20250901.csv.gz", "order_items", f"{{file_type}}-{DAY}", ".csv"),
        ("Orders_full_20250901", "Orders", f"{{file_type}}_{{kind}}_{DAY}", ""),
        (
            "685146_545_Allergies_202508180544_202508181044_2508181044",
            "Allergies",
            (
                "685146_545_{file_type}_{date_from:YYYYMMDDHH24MI}_{date_to:YYYYMMDDHH24MI}"
                "_{date_extracted:YYMMDDHH24MI}"
            ),
            "",
        ),
        ("orders.csv", "orders", "", ".csv"),
    ],
)  # fmt: skip
def test_a_pattern_is_read_from_a_name(
    name: str, file_type: str, pattern: str, ending: str
) -> None:
    found = read_name(Path(name))
    assert (found.file_type, found.pattern, found.ending) == (file_type, pattern, ending)


def test_headings_become_names_of_which_each_is_one() -> None:
    headings = ["DateOfBirth", "Date of birth", "NHINumber", "%", "line_no", "Größe", "order key"]
    assert column_names(headings, "order") == [
        *("date_of_birth", "date_of_birth_2", "nhi_number", "column", "source_line_no", "groe"),
        "source_order_key",
    ]


def test_references_follow_headings_and_values_and_make_dimensions(tmp_path: Path) -> None:
    customers = [["CustomerNo", "Town"], *([f"C{n:03}", "Ulm"] for n in range(7))]
    orders = [["OrderNo", "CustomerNo"], *([str(n), f"C{n % 7:03}"] for n in range(30))]
    feed = started(
        tmp_path,
        ("Customers_20250801.csv", sheet(customers).encode()),
        ("Orders_20250801.csv", sheet(orders).encode()),
    )
    assert feed.extract("customers").core.kind == "dimension"
    (reference,) = feed.extract("orders").references
    assert (reference.dimension, reference.columns) == ("customers", ("customer_no",))


def test_a_key_that_repeats_is_called_none(tmp_path: Path) -> None:
    rows = [["Kind", "Note"], ["a", "x"], ["a", "x"], ["b", "y"]]
    started(tmp_path, ("Notes_20250801.csv", sheet(rows).encode()))
    text = (tmp_path / "contracts" / "fresh" / "notes.yml").read_text()
    assert "# Key: NOT unique: 1 of 3 rows repeat a key." in text
    assert "# Guessed from 3 rows of Notes_20250801.csv; 0 could not be read." in text


def test_contracts_hold_no_value_of_the_samples(tmp_path: Path) -> None:
    rows = [["PersonID", "Name"], *([str(n + 700_000), f"Zyx{n}"] for n in range(9))]
    started(tmp_path, ("People_20250801.csv", sheet(rows).encode()))
    texts = [p.read_text() for p in (tmp_path / "contracts" / "fresh").iterdir()]
    assert [text for text in texts if "Zyx" in text or "70000" in text] == []


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("fresh", b"one word\nanother\n", "no pair of separators cuts the samples"),
        ("Fresh", b"a,b\n1,2\n", "'Fresh' is not a name"),
    ],
)
def test_what_cannot_be_read_is_refused(
    name: str, content: bytes, problem: str, tmp_path: Path
) -> None:
    (tmp_path / "x_20250801.csv").write_bytes(content)
    arguments = ["new-source", name, f"{tmp_path}/x_20250801.csv", "--contracts", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert problem in result.output


def test_contracts_that_are_there_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    (tmp_path / "x_20250801.csv").write_bytes(b"a,b\n1,2\n")
    arguments = ["new-source", "fresh", f"{tmp_path}/x_20250801.csv", "--contracts", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "exists already" in result.output
    assert list((tmp_path / "fresh").iterdir()) == []
