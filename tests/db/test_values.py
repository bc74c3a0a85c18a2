"""The texts that a type accepts, and their values: stricter than PostgreSQL's own input."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.support.engine import Engine, counts

NOT_A_NUMBER = ["x", " 1", "1 ", "+1", "1_000", "0x1F", "0b1", "1e3", "NaN", "Infinity", "-", "--1"]
NOT_WHOLE = [*NOT_A_NUMBER, "1,5", "١", "007", "-0", "00", "1.0", "1."]

REFUSED = {
    "sample_id": ["+1", "007", "1.0", " 1"],
    "a_smallint": [*NOT_WHOLE, "32768"],
    "an_integer": [*NOT_WHOLE, "2147483648"],
    "a_bigint": [*NOT_WHOLE, "9223372036854775808"],
    "an_amount": [*NOT_A_NUMBER, "18.555", "1.", ".", "1.2.3", "0.000", "10000000000.00"],
    "a_numeric": [*NOT_A_NUMBER, ".", "1."],
    "a_boolean": ["yes", "true", "t", "on", "2", "00", " 1", "1 ", "-1"],
    "a_date": [
        *("now", "today", "tomorrow", "epoch", "infinity", "-infinity", "J2451187", "Jul 21 2025"),
        *("2025-02-29", "2025-07-00", "0000-01-01", "2025-2-1", "25-07-21", "20250721"),
        *("21/07/2025", "2025-07-21 ", " 2025-07-21", "2025-07-21T00:00:00"),
        *("2025-07-21 13:00:00", "2025-07-21 00:00:00.001", "2025-07-21 24:00:00"),
        *("2025-07-21 00:00:00 BC", "2025-07-21 00:00:00+12"),
    ],
    "a_timestamptz": [
        *("now", "today", "infinity", "epoch", "2025-07-21", "2025-07-21 13:00"),
        # the hour that is skipped
        *("2025-09-28 02:00:00", "2025-09-28 02:30:00", "2025-09-28 02:59:59.999999"),
        # times of day that do not exist
        *("2025-07-21 24:00:00", "2025-07-21 23:59:60", "2025-07-21 23:60:00"),
        *("2025-07-21 25:00:00", "2025-02-29 00:00:00", "2025-07-21 13:00:60.5"),
        # more decimals than are kept, or none
        *("2025-07-21 13:00:00.1234567", "2025-07-21 13:00:00.", "2025-07-21 13:00:00.5.5"),
        # zones, halves of the day, eras
        *("2025-07-21 13:00:00Z", "2025-07-21 13:00:00+12", "2025-07-21 13:00:00-1"),
        *("2025-07-21 13:00:00 NZST", "2025-07-21 01:00:00 PM", "2025-07-21 01:00:00PM"),
        *("2025-07-21 13:00:00 BC", "2025-07-21 13:00:00.5Z", "2025-07-21 13:00:00.500-01"),
        # other layouts
        *(" 2025-07-21 13:00:00", "2025-07-21 13:00:00 ", "2025-07-21  13:00:00"),
        *("2025/07/21 13:00:00", "2025.07.21 13:00:00", "2025-07-21T13:00:00"),
        *("21-07-2025 13:00:00", "07-21-2025 13:00:00", "2025-07-21 13-00-00"),
        *("2025-07-21 13:00:00,5", "2025-07-21 1:00:00", "2025-07-21 13:00:0x"),
    ],
    "a_uuid": [
        *("x", "6f1c0a5293c14e0e8f0b0d6a2f0c7b11", "{6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b11}"),
        *("6f1c-0a52-93c1-4e0e-8f0b-0d6a-2f0c-7b11", " 6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b11"),
    ],
    "checked": ["10", "-1"],
}

UPPER = "6F1C0A52-93C1-4E0E-8F0B-0D6A2F0C7B11"
TAKEN: list[tuple[str, str, Any]] = [
    ("a_smallint", "-32768", -32768),
    ("an_integer", "-40", -40),
    ("a_bigint", "9007199254740993", 9007199254740993),
    ("an_amount", "18.50", Decimal("18.50")),
    ("an_amount", ".00", Decimal("0.00")),
    ("an_amount", "-3.20", Decimal("-3.20")),
    ("an_amount", "9999999999.99", Decimal("9999999999.99")),
    ("an_amount", "007.5", Decimal("7.50")),
    ("a_numeric", "-36.882534999999997", Decimal("-36.882534999999997")),
    ("a_boolean", "0", False),
    ("a_boolean", "1", True),
    ("a_boolean", "", None),
    ("a_date", "2025-02-11", date(2025, 2, 11)),
    ("a_date", "2025-07-21 00:00:00.000", date(2025, 7, 21)),
    ("a_date", "2025-07-21 00:00:00", date(2025, 7, 21)),
    ("a_date", "1900-01-01", None),
    ("a_date", "1900-01-01 00:00:00.000", None),
    ("a_date", "2024-02-29", date(2024, 2, 29)),
    ("a_timestamptz", "2025-04-03 15:36:52.467", "2025-04-03 15:36:52.467+13"),
    ("a_timestamptz", "2025-07-03 15:36:52.123456", "2025-07-03 15:36:52.123456+12"),
    ("a_timestamptz", "2025-09-28 01:59:59", "2025-09-28 01:59:59+12"),
    ("a_timestamptz", "2025-09-28 03:00:00", "2025-09-28 03:00:00+13"),
    ("a_timestamptz", "2025-04-06 02:30:00", "2025-04-06 02:30:00+12"),  # twice: standard time
    ("a_timestamptz", "2025-04-06 01:59:59", "2025-04-06 01:59:59+13"),
    ("a_timestamptz", "1900-01-01 00:00:00.000", None),
    ("a_uuid", UPPER, UUID(UPPER)),
    ("a_text", " Māori ‘quoted’\t\\N ", " Māori ‘quoted’\t\\N "),
    ("a_text", "now", "now"),
    ("checked", "9", 9),
]


@pytest.fixture(scope="module")
def loaded(module_depot: Engine) -> Engine:
    """One file with a row for each case; accepted texts have line numbers from 1 on."""
    taken = [(column, text) for column, text, _ in TAKEN]
    refused = [(column, text) for column, texts in REFUSED.items() for text in texts]
    rows = [{"sample_id": str(n), c: text} for n, (c, text) in enumerate([*taken, *refused], 1)]
    file = module_depot.ingest("samples", rows)
    assert file.status == "processed"
    assert counts(file) == (len(rows), len(taken), 0, 0, len(refused))
    return module_depot


@pytest.mark.parametrize("column", REFUSED)
def test_refused_texts(loaded: Engine, column: str) -> None:
    rows = loaded.query(
        "SELECT field_errors -> %s ->> 'text', field_errors - %s = '{}' FROM etl.rejects"
        " WHERE field_errors ? %s ORDER BY line_no",
        *(column, column, column),
    )
    assert rows == [(text, True) for text in REFUSED[column]]


def test_taken_texts(loaded: Engine) -> None:
    rows = loaded.query("""
        SELECT a_smallint, an_integer, a_bigint, an_amount, a_numeric, a_boolean, a_date,
            a_timestamptz::text AS a_timestamptz, a_uuid, a_text, checked
        FROM core.fact_samples ORDER BY sample_id
    """)
    names = loaded.columns["samples"][1:]
    found = [
        (column, text, dict(zip(names, row, strict=True))[column])
        for (column, text, _), row in zip(TAKEN, rows, strict=True)
    ]
    assert found == TAKEN


def test_a_required_time_or_date_is_not_the_one_that_means_unknown(depot: Engine) -> None:
    code = "6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b11"
    depot.ingest("dated", [
        ["2025-07-01", code, "1900-01-01", "2025-07-01 00:00:00"],
        ["2025-07-02", code, "2025-07-01", "1900-01-01 00:00:00.000"],
        ["2025-07-03", code, "", ""],
        ["1900-01-01", code, "2025-07-01", "2025-07-01 00:00:00"],
    ])  # fmt: skip
    assert depot.query("""
        SELECT r.line_no, e.key, e.value ->> 'reason'
        FROM etl.rejects AS r, jsonb_each(r.field_errors) AS e ORDER BY 1, 2
    """) == [
        (1, "due", "is required and empty"),
        (2, "seen_at", "is required and empty"),
        (3, "due", "is required and empty"),
        (3, "seen_at", "is required and empty"),
    ]
    assert depot.query("SELECT day::text FROM core.fact_dated") == [("1900-01-01",)]


def test_a_key_takes_one_text_per_value(depot: Engine) -> None:
    rest = ["2025-07-01", "2025-07-01 00:00:00"]
    lower = "6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b11"
    depot.ingest("dated", [
        ["2025-07-01", lower, *rest],
        ["2025-07-02", lower.upper(), *rest],
        ["2025-07-03 00:00:00", lower, *rest],
    ])  # fmt: skip
    assert depot.query("SELECT line_no, field_errors ? 'code' FROM etl.rejects ORDER BY 1") == [
        (2, True),
        (3, False),
    ]


def test_a_value_means_the_same_in_a_session_of_another_zone_and_style(depot: Engine) -> None:
    row = {"sample_id": "1", "a_timestamptz": "2025-07-01 12:00:00", "a_date": "2025-02-01"}
    depot.deliver("samples", [row])
    run = depot.run(process=False)
    with depot.driver() as session:
        session.execute("SET TimeZone = 'America/New_York'; SET DateStyle = 'SQL, DMY'")
        session.execute(f"CALL etl.process_batch({run:d})")
    query = "SELECT a_timestamptz::text, a_date::text FROM core.fact_samples"
    assert depot.query(query) == [("2025-07-01 12:00:00+12", "2025-02-01")]
