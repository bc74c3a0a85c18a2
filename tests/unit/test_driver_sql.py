"""Python asks the engine by name: it holds no SQL but COPY, CALL, and SELECT * FROM etl.name(…)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Servers of a clone are made before there is an engine to ask; the demo reads core as an analyst.
EXEMPT = ("rawcore/local/", "rawcore/demo/")

#: A text that is SQL: it begins as a statement does, or holds a clause of one.
SQL = re.compile(
    r"\s*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES|TABLE|COPY|CALL|DO|CREATE|ALTER|DROP|GRANT"
    r"|REVOKE|TRUNCATE|LOCK|SET|RESET|SHOW|BEGIN|COMMIT|ROLLBACK|LISTEN|NOTIFY|ANALYZE|EXPLAIN)\s"
    r"|.*\b(?:FROM|JOIN|INTO|WHERE|UNION|RETURNING|(?:ORDER|GROUP) BY)\s+(?:[a-z(\"{]|%s)",
    re.DOTALL,
)
ALLOWED = re.compile(
    r"SELECT \* FROM (?:etl\.\w+|\{\})\((?:\{\}|%s(?:, %s)*)?\)"
    r"|CALL etl\.\w+\((?:%s|\{\})?\)"
    r"|COPY (?:etl\.\w+|\{\}) \([\w, {}]+\) FROM STDIN(?: \(FORMAT text, NULL ''\))?"
    r"|SET \w+(?:\.\w+)? = (?:0|'[\w, ]+'|\{\})"
    r"|SET ROLE \{\}"
)


def texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and value of each text that is no docstring; {} stands for what f-strings fill."""
    tree = ast.parse(source)
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            parts = [str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values]
            yield node.lineno, "".join(parts)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in inside:
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value


def sql_beyond_calls(source: str) -> list[tuple[int, str]]:
    """Return line and text of SQL that Python should not hold."""
    return [
        (line, text)
        for line, text in texts(source)
        if SQL.match(text) and not ALLOWED.fullmatch(text)
    ]


def test_python_holds_no_sql_but_calls_of_the_engine() -> None:
    found = {}
    for path in sorted((ROOT / "rawcore").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if not name.startswith(EXEMPT) and (faults := sql_beyond_calls(path.read_text())):
            found[name] = faults
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "SELECT count(*) FROM etl.load_run_files",
        "SELECT * FROM etl.plan_files(%s, %s) WHERE action = 'hold'",
        "SELECT * FROM etl.health",
        "SELECT * FROM pg_roles",
        "SELECT set_config('a.b', %s, false)",
        "UPDATE etl.load_runs SET status = 'failed'",
        "CREATE TEMP SEQUENCE rawcore_line_no",
        "WITH a AS (TABLE b) TABLE a",
        "COPY (SELECT 1) TO STDOUT",
        "DO $$ BEGIN END $$",
        " FROM etl.extracts AS e JOIN etl.sources AS s USING (source)",
    ],
)
def test_sql_is_found_however_it_is_written(text: str) -> None:
    assert sql_beyond_calls(f"x = {text!r}") == [(1, text)]
    assert sql_beyond_calls(f'"""Doc."""\ndef f():\n    """{text}"""') == []
    half = len(text) // 2
    assert sql_beyond_calls(f"f({text[:half]!r}\n  {text[half:]!r})") == [(1, text)]


def test_sql_is_found_in_an_f_string() -> None:
    assert sql_beyond_calls('q = f"SELECT * FROM etl.plan_files({a}) LIMIT {n}"') == [
        (1, "SELECT * FROM etl.plan_files({}) LIMIT {}")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM etl.plan_files(%s, %s)",
        "SELECT * FROM {}({})",
        "CALL etl.process_batch(%s)",
        "COPY etl.s3_listing (listing_id, s3_key) FROM STDIN",
        "SET TimeZone = 'UTC'",
        "set by hand",
        "Selected files",
    ],
)
def test_calls_and_plain_words_are_no_fault(text: str) -> None:
    assert sql_beyond_calls(f"x = {text!r}") == []
