"""The small languages inside a contract: file-name patterns, conditions, YAML, fingerprints."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from codegen.__main__ import main
from codegen.authoring.reference import render_contract_reference
from codegen.contract.checks.expression import expression_problems
from codegen.contract.errors import ContractErrors
from codegen.contract.fingerprint import contract_fingerprint
from codegen.contract.fingerprint_file import fingerprint_file, written_fingerprint
from codegen.contract.model import Column
from codegen.contract.patterns import name_pattern, pattern_problems
from codegen.contract.yamltext import read_document

ROOT = Path(__file__).parents[2]
TENANT = ("org", "site")
COLUMNS = {
    "amount": Column(name="amount", source="Amount", type="numeric"),
    "status": Column(name="status", source="Status", type="text"),
    "active": Column(name="active", source="Active", type="boolean"),
    "sent_on": Column(name="sent_on", source="SentOn", type="date"),
}


def test_a_pattern_reads_a_file_name() -> None:
    text = "{org:6}{site:3}{file_type}_{date_from:YYYYMMDDHH24MI}_{date_extracted:YYMMDDHH24MI}"
    assert list(pattern_problems(text, TENANT)) == []
    pattern = name_pattern(text, ["", ".csv"])
    match = re.match(pattern.regex, "685146545Orders_202508180544_2508190850.CSV.gz")
    assert match is not None
    assert dict(zip(pattern.fields, match.groups(), strict=True)) == {
        "org": "685146",
        "site": "545",
        "file_type": "Orders",
        "date_from": "202508180544",
        "date_extracted": "2508190850",
    }
    assert pattern.formats == (None, None, None, "YYYYMMDDHH24MI", "YYMMDDHH24MI")


@pytest.mark.parametrize(
    "name", ["1_Orders_20250801", "x001_Orders_20250801", "001_Orders_2025080"]
)
def test_a_pattern_refuses_other_names(name: str) -> None:
    pattern = name_pattern("{site:3}_{file_type}_{date_extracted:YYYYMMDD}", ["", ".csv"])
    assert re.match(pattern.regex, name) is None


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("{file_type}{date_extracted:YYYYMMDD}", "{site} is missing"),
        ("{site:3}{date_extracted:YYYYMMDD}", "{file_type} is missing"),
        ("{site:3}{file_type}", "{date_extracted} is missing"),
        ("{site}{file_type}{date_extracted:YYYYMMDD}", "{site} has no number of digits"),
        ("{site:0}{file_type}{date_extracted:YYYYMMDD}", "{site:0} is out of range"),
        ("{site:3}{file_type}{date_extracted}", "{date_extracted} has no format"),
        ("{site:3}{file_type}{date_extracted:YYYY-MM-DD}", "'-' is not a part of a date format"),
        ("{site:3}{file_type:9}{date_extracted:YYYYMMDD}", "{file_type} takes no format"),
        ("{site:3}{file_type}{date_extracted:YYYYMMDD}{kind}{kind}", "{kind} is there twice"),
        ("{site:3}{file_type}{date_extracted:YYYYMMDD}{x}", "{x} is not a placeholder"),
        ("a/{site:3}{file_type}{date_extracted:YYYYMMDD}", "a pattern holds a / or \\"),
        ("{site:3}{file_type}{date_extracted:YYYYMMDD}{", "a single { is not a placeholder"),
    ],
)
def test_a_faulty_pattern_is_refused(pattern: str, problem: str) -> None:
    assert [found for found, _ in pattern_problems(pattern, ["site"])] == [problem]


@pytest.mark.parametrize(
    "check",
    [
        "amount BETWEEN 0 AND 1440",
        "status IN ('a', 'b') OR amount IS NULL",
        "active",
        "length(status) = 3 AND sent_on >= '1900-01-01'::date",
        "status ~ '^[A-Z]+$'",
        "CASE WHEN active THEN amount > 0 ELSE true END",
    ],
)
def test_a_condition_over_the_row_is_accepted(check: str) -> None:
    assert list(expression_problems(check, COLUMNS)) == []


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        ("amuont > 0", "the check names 'amuont', which is not a column of the extract"),
        ("stg.amount > 0", "the check names 'stg.amount'"),
        ("amount >", "the check is not SQL (syntax error at end of input)"),
        ("amount", "the check is not a condition"),
        ("amount + 1", "the check is not a condition"),
        ("amount > 0; DROP TABLE x", "the check is more than one condition"),
        ("amount > 0, active", "the check is more than one condition"),
        ("amount > 0 FROM x", "the check is more than one condition"),
        ("amount > 0 AS b", "the check is more than one condition"),
        ("amount > 0 -- positive", "the check holds a comment"),
        ("EXISTS (SELECT 1)", "the check holds a subquery"),
        ("amount > (SELECT 1)", "the check holds a subquery"),
        ("sent_on <= current_date", "the check uses current_date"),
        ("sent_on <= now()", "the check calls now()"),
        ("sent_on <= pg_catalog.now()", "the check calls pg_catalog.now"),
        ("sent_on <= 'today'::date", "the check uses 'today'"),
        ("random() < amount", "the check calls random()"),
        ("age(sent_on) > '1 day'", "the check calls age() with one argument, which means today"),
        ("count(*) > 1", "the check calls the aggregate count()"),
        ("etl.secret(amount) = 1", "the check calls etl.secret"),
        ("amount = $1", "the check holds a parameter such as $1"),
    ],
)
def test_anything_else_is_refused(check: str, problem: str) -> None:
    found = [problem for problem, _, _ in expression_problems(check, COLUMNS)]
    assert found == [problem.replace("pg_catalog.now", "now()")]


def test_yaml_words_stay_words_and_lines_are_known(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text("# c\na: {Yes: no, b: 1:30}\nd:\n  - 2020-01-01\n  - 010\n  - 0.5\ne: ~\n")
    document = read_document(path)
    assert document.data == {
        "a": {"Yes": "no", "b": "1:30"},
        "d": ["2020-01-01", 10, 0.5],
        "e": None,
    }
    assert [document.line(("a", "b")), document.line(("d", 2)), document.line(("e",))] == [2, 6, 7]


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(ContractErrors, match=r"x\.yml:2: the file is not UTF-8"):
        read_document(path)


def test_the_fingerprint_follows_the_meaning_and_not_the_spelling(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    fingerprints = []
    for text in ("a: 1\nb: [x, y]\n", "# c\nb: ['x',  y]\na: 1\n", "a: 1\nb: [y, x]\n"):
        path.write_text(text)
        fingerprints.append(contract_fingerprint(tmp_path))
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_the_fingerprint_knows_file_names_and_refuses_what_is_not_yaml(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text("a: 1\n")
    before = contract_fingerprint(tmp_path)
    (tmp_path / "x.yml").rename(tmp_path / "y.yml")
    assert contract_fingerprint(tmp_path) != before
    (tmp_path / "y.yml").write_text("a: [\n")
    with pytest.raises(ContractErrors, match=r"y\.yml:1: not readable as YAML"):
        contract_fingerprint(tmp_path)


def test_the_written_fingerprint_holds_for_the_same_bytes_only(tmp_path: Path) -> None:
    path, written = tmp_path / "x.yml", tmp_path / "fingerprint.json"
    path.write_text("a: 1\n")
    assert written_fingerprint(tmp_path) is None
    written.write_text(fingerprint_file(tmp_path, "f" * 64))
    assert written_fingerprint(tmp_path) == "f" * 64
    path.write_text("a: 1 # as before\n")
    assert written_fingerprint(tmp_path) is None
    path.write_text("a: 1\n")
    (tmp_path / "y.yml").write_text("")
    assert written_fingerprint(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"'])
def test_a_written_fingerprint_that_cannot_be_read_counts_as_none(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "fingerprint.json").write_text(text)
    assert written_fingerprint(tmp_path) is None


def test_a_stale_fingerprint_is_named_wherever_the_contracts_stand(tmp_path: Path) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(ROOT / "contracts", contracts)
    (source,) = contracts.glob("*/source.yml")
    source.write_text(source.read_text() + "# read again\n")
    done = CliRunner().invoke(main, ["check", "--contracts", str(contracts)])
    assert done.exit_code == 1
    assert f"{source.parent}/fingerprint.json is out of date: run make codegen" in done.output


def test_the_published_reference_is_not_stale() -> None:
    reference = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
    assert reference == render_contract_reference()
