"""Text formats of contracts: the texts that they accept, and the resulting values."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.engine import Engine, counts

REFUSED = {
    "day": [
        *("2025-07-21", "21-07-2025", "1/7/2025", "21/7/2025", "31/06/2025", "29/02/2025"),
        *("21/07/25", "21/07/2025 ", " 21/07/2025", "07/21/2025", "+1/07/2025", "21/ 7/2025"),
        *("21/07/2025 00:00", "٢١/07/2025", "now", "21//7/2025"),
    ],
    "compact_day": ["2025-7-1", "2025071", "202507211", "20250732", "20250 21", "0000 101"],
    "us_day": ["21-07-2025", "07/21/2025", "2025-07-21"],
    "seen_at": [
        *("21/07/2025", "21/07/2025 13:30:00", "21/07/2025 24:00", "21/07/2025 1:30"),
        *("28/09/2025 02:30", "21/07/2025 13:60", "21/07/2025T13:30", "21/07/2025 13.30"),
    ],
    "seen_t": [
        *("2025-07-21 13:30:00", "2025-07-21T13:30", "2025-07-21T13:30:00Z", "2025-09-28T02:30:00"),
        *("2025-07-21T13:30:00.1234567", "2025-07-21t13:30:00"),
    ],
    "seen_utc": [
        *("2025-07-21T13:30:00", "2025-07-21T13:30:00+00:00", "2025-07-21T13:30:00z", "Z"),
        *("2025-07-21T13:30:00 Z", "2025-07-21T24:00:00Z", "2025-07-21T13:30:60Z"),
    ],
    "seen_offset": [
        *("2025-07-21 13:30:00", "2025-07-21 13:30:00Z", "2025-07-21 13:30:00+12"),
        *("2025-07-21 13:30:00+1200", "2025-07-21 13:30:00+16:00", "2025-07-21 13:30:00+12:60"),
        *("2025-07-21 13:30:00 +12:00", "2025-02-29 13:30:00+12:00"),
    ],
    "is_open": ["True", "TRUE", "t", "1", "0", "true ", "false\t", "true/false"],
    "is_checked": ["y", "n", "Yes", "1"],
    "amount": ["3.20", "1.234,56", "3,205", "3,", ",", "1,2,3", "+1,0", "1 234,5"],
    "ratio": ["1.5", "1,5,5", "1e3", "NaN"],
}
TAKEN: list[tuple[str, str, Any]] = [
    ("day", "21/07/2025", date(2025, 7, 21)),
    ("day", "29/02/2024", date(2024, 2, 29)),
    ("day", "01/01/1900", None),
    ("day", "", None),
    ("compact_day", "20250721", date(2025, 7, 21)),
    ("us_day", "07-21-2025", date(2025, 7, 21)),
    ("seen_at", "21/07/2025 13:30", "2025-07-21 13:30:00+12"),
    ("seen_at", "06/04/2025 02:30", "2025-04-06 02:30:00+12"),
    ("seen_at", "01/01/1900 00:00", None),
    ("seen_t", "2025-07-21T13:30:00.250", "2025-07-21 13:30:00.25+12"),
    ("seen_utc", "2025-07-21T01:30:00Z", "2025-07-21 13:30:00+12"),
    ("seen_utc", "2025-09-28T02:30:00.5Z", "2025-09-28 15:30:00.5+13"),
    ("seen_utc", "1900-01-01T00:00:00Z", None),
    ("seen_offset", "2025-07-21 13:30:00+00:00", "2025-07-22 01:30:00+12"),
    ("seen_offset", "2025-07-21 13:30:00-05:30", "2025-07-22 07:00:00+12"),
    ("seen_offset", "1900-01-01 00:00:00+11:30", None),
    ("is_open", "true", True),
    ("is_open", "false", False),
    ("is_checked", "Y", True),
    ("is_checked", "N", False),
    ("is_checked", "", None),
    ("amount", "-3,20", Decimal("-3.20")),
    ("amount", "12", Decimal("12.00")),
    ("ratio", "-36,882534999999997", Decimal("-36.882534999999997")),
]


@pytest.fixture(scope="module")
def loaded(module_depot: Engine) -> Engine:
    """One file with a row for each case; accepted texts have line numbers from 1 on."""
    taken = [(column, text) for column, text, _ in TAKEN]
    refused = [(column, text) for column, texts in REFUSED.items() for text in texts]
    rows = [{"number": str(n), c: text} for n, (c, text) in enumerate([*taken, *refused], 1)]
    file = module_depot.ingest("formatted", rows)
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
        SELECT day, compact_day, us_day, seen_at::text, seen_t::text, seen_utc::text,
            seen_offset::text, is_open, is_checked, amount, ratio
        FROM core.fact_formatted ORDER BY number
    """)
    names = loaded.columns["formatted"][1:]
    found = [
        (column, text, dict(zip(names, row, strict=True))[column])
        for (column, text, _), row in zip(TAKEN, rows, strict=True)
    ]
    assert found == TAKEN


def test_the_reason_names_the_format_and_checks_see_the_value(depot: Engine) -> None:
    depot.ingest("formatted", [
        {"number": "1", "day": "2025-07-21", "is_open": "yes", "seen_utc": "2025"},
        {"number": "2", "day": "21/07/2025", "us_day": "07-22-2025"},
    ])  # fmt: skip
    assert depot.query("""
        SELECT r.line_no, e.key, e.value ->> 'reason'
        FROM etl.rejects AS r, jsonb_each(r.field_errors) AS e ORDER BY 1, 2
    """) == [
        (1, "day", "is not a date: DD/MM/YYYY"),
        (1, "is_open", "is not boolean: true or false"),
        (1, "seen_utc", "is not a time: YYYY-MM-DDTHH24:MI:SSZ"),
        (2, "us_day", "does not meet: us_day < day"),
    ]


def test_the_last_instant_wins_and_a_rebuild_agrees(depot: Engine) -> None:
    rows = [
        {"number": "1", "seen_utc": "2025-07-21T09:00:00Z", "amount": "2,00"},
        {"number": "1", "seen_utc": "2025-07-21T08:00:00Z", "amount": "1,00"},
    ]
    depot.ingest("formatted", rows, "2025-07-06 12:00")
    depot.ingest("formatted", rows[1:], "2025-06-29 12:00")
    assert depot.query("SELECT number, amount FROM core.fact_formatted") == [(1, Decimal("2.00"))]
    assert depot.query("SELECT * FROM etl.verify('formatted')") == []
