"""Changes of tables: which types hold the values of others, and the statements."""

import pytest

from codegen.migration.alters import TableChange
from codegen.migration.conversions import fits, is_instant, is_widening
from codegen.migration.ddl import read_table

BEFORE = """
CREATE TABLE stg.orders (
    order_id bigint NOT NULL,
    amount numeric(6,2),
    "end" text,
    PRIMARY KEY (order_id),
    CONSTRAINT orders_amount_check CHECK (amount >= 0)
) WITH (fillfactor = 85);
COMMENT ON TABLE stg.orders IS 'Orders of Tūī; all.';
COMMENT ON COLUMN stg.orders.amount IS 'What it costs.';
"""


@pytest.mark.parametrize(
    ("before", "after", "instant", "widening"),
    [
        ("integer", "bigint", False, True),
        ("bigint", "integer", False, False),
        ("integer", "numeric(12,2)", False, True),
        ("integer", "numeric(11,2)", False, False),
        ("bigint", "text", False, True),
        ("numeric(6,2)", "numeric(8,2)", True, True),
        ("numeric(6,2)", "numeric(8,4)", False, True),
        ("numeric(6,2)", "numeric(7,4)", False, False),
        ("numeric(6,2)", "numeric", True, True),
        ("numeric", "numeric(6,2)", False, False),
        ("numeric(6,2)", "text", False, False),
        ("date", "timestamptz", False, False),
        ("text", 'text COLLATE "C"', True, True),
    ],
)
def test_what_a_type_holds(before: str, after: str, instant: bool, widening: bool) -> None:
    assert (is_instant(before, after), is_widening(before, after)) == (instant, widening)


@pytest.mark.parametrize(
    ("before", "after", "condition"),
    [
        ("bigint", "smallint", "x BETWEEN -32768 AND 32767"),
        ("numeric", "integer", "x = trunc(x) AND x BETWEEN -2147483648 AND 2147483647"),
        ("numeric(12,2)", "numeric(6,2)", "x = round(x, 2) AND abs(x) < 1e4"),
        ("text", "bigint", "etl.is_bigint(x)"),
        ("text", "date", None),
        ("boolean", "text", None),
    ],
)
def test_which_values_fit_a_narrower_type(before: str, after: str, condition: str | None) -> None:
    assert fits("x", before, after) == condition


def test_a_table_is_read_back_from_its_text() -> None:
    table = read_table(BEFORE)
    assert [column.definition for column in table.columns.values()] == [
        "order_id bigint NOT NULL",
        "amount numeric(6,2)",
        '"end" text',
    ]
    assert table.key == "PRIMARY KEY (order_id)"
    assert table.comments["TABLE stg.orders"] == "'Orders of Tūī; all.'"


def test_another_order_of_columns_is_no_change() -> None:
    moved = BEFORE.replace('    "end" text,\n', "").replace(
        "    order_id", '    "end" text,\n    order_id'
    )
    assert TableChange(read_table(BEFORE), read_table(moved)).is_empty


def test_a_renamed_column_takes_its_check_along() -> None:
    after = BEFORE.replace("amount", "total")
    change = TableChange(read_table(BEFORE), read_table(after), {"amount": "total"})
    assert list(change.statements()) == [
        "-- squawk-ignore renaming-column\nALTER TABLE stg.orders RENAME COLUMN amount TO total;",
        (
            "-- squawk-ignore renaming-object\n"
            "ALTER TABLE stg.orders RENAME CONSTRAINT orders_amount_check TO orders_total_check;"
        ),
    ]


def test_what_becomes_required_is_proven_later() -> None:
    after = BEFORE.replace("amount numeric(6,2)", "amount numeric(6,2) NOT NULL")
    change = TableChange(read_table(BEFORE), read_table(after))
    assert list(change.statements()) == [
        "DELETE FROM stg.orders\nWHERE NOT (amount IS NOT NULL);",
        (
            "ALTER TABLE stg.orders ADD CONSTRAINT orders_amount_required"
            " CHECK (amount IS NOT NULL) NOT VALID;"
        ),
    ]


def test_another_key_needs_another_table() -> None:
    after = BEFORE.replace("PRIMARY KEY (order_id)", 'PRIMARY KEY (order_id, "end")')
    assert TableChange(read_table(BEFORE), read_table(after)).needs_new_table
