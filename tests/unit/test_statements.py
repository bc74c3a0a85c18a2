"""Splitting a SQL file into statements with their lines."""

import pytest

from codegen.migration.statements import Statement, split

CASES = {
    "two statements": ("SELECT 1;\n\n-- then\nSELECT 2;\n", [(1, "SELECT 1;"), (4, "SELECT 2;")]),
    "no semicolon at the end": ("SELECT 1", [(1, "SELECT 1")]),
    "comments alone": ("-- nothing; here\n/* nor; here */\n;", [(2, "/* nor; here */\n;")]),
    "text": ("SELECT 'a;''b', E'c\\';d', \"e;f\";", [(1, "SELECT 'a;''b', E'c\\';d', \"e;f\";")]),
    "nested comment": ("SELECT /* a /* b; */ c; */ 1;", [(1, "SELECT /* a /* b; */ c; */ 1;")]),
    "body": (
        "DO $x$ BEGIN; $$ ; $$ END $x$;\nSELECT $1;",
        [(1, "DO $x$ BEGIN; $$ ; $$ END $x$;"), (2, "SELECT $1;")],
    ),
    "nothing": ("\n\n", []),
}


@pytest.mark.parametrize("name", CASES)
def test_statements_keep_their_text_and_their_line(name: str) -> None:
    text, expected = CASES[name]
    assert list(split(text)) == [Statement(*each) for each in expected]
