"""Raw is purged up to a horizon; tests/semantics shows the effect on core."""

from typing import LiteralString

import psycopg
import pytest

from tests.support.engine import Engine

HORIZONS = "SELECT extract, purged_by = session_user FROM etl.horizons ORDER BY 1"


def shelf(label: str) -> list[dict[str, str]]:
    return [{"shelf_id": "7", "label": label, "levels": "3"}]


def load(depot: Engine) -> None:
    for day, label in (("01", "a"), ("02", "a"), ("03", "b"), ("04", "b")):
        depot.ingest("shelves", shelf(label), f"2025-07-{day} 12:00")


def test_all_extracts_are_purged_at_once(depot: Engine) -> None:
    load(depot)
    depot.query("CALL etl.purge_raw('2025-07-05 00:00')")
    assert depot.query("SELECT load_run_file_id FROM raw.shelves_raw ORDER BY 1") == [(3,), (4,)]
    extracts = depot.query("SELECT extract, true FROM etl.extracts ORDER BY 1")
    assert depot.query(HORIZONS) == extracts


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("CALL etl.purge_raw('2025-07-03', 'shelfs')", "RC006"),
        ("CALL etl.purge_raw('infinity')", "RC014"),
        ("CALL etl.purge_raw(NULL)", "RC014"),
        ("BEGIN; CALL etl.purge_raw('2025-07-03'); COMMIT", "RC002"),
    ],
)
def test_what_is_no_horizon_is_refused(depot: Engine, statement: LiteralString, code: str) -> None:
    with pytest.raises(psycopg.DatabaseError) as refused:
        depot.query(statement)
    depot.query("ROLLBACK")
    assert refused.value.sqlstate == code
    assert refused.value.diag.message_hint
    assert depot.query(HORIZONS) == []


def test_the_driver_may_not_purge(depot: Engine) -> None:
    with depot.driver() as driver, pytest.raises(psycopg.errors.InsufficientPrivilege):
        driver.execute("CALL etl.purge_raw('2025-07-03')")


def test_a_purge_changes_no_row_of_stg_and_core(depot: Engine) -> None:
    load(depot)
    before = depot.query(
        "SELECT s.xmin::text, c.xmin::text FROM stg.shelves AS s, core.fact_shelves AS c"
    )
    depot.query("CALL etl.purge_raw('2025-07-05')")
    assert (
        depot.query(
            "SELECT s.xmin::text, c.xmin::text FROM stg.shelves AS s, core.fact_shelves AS c"
        )
        == before
    )
    assert depot.query("SELECT * FROM etl.verify('shelves')") == []


def test_trace_leads_to_the_line_that_stayed(depot: Engine) -> None:
    load(depot)
    depot.query("CALL etl.purge_raw('2025-07-05')")
    trace = "SELECT load_run_file_id, line_no FROM etl.trace('shelves', '{\"shelf_id\": 7}')"
    assert depot.query(trace) == [(3, 1)]


def test_reprocessing_an_extract_begins_at_the_horizon(depot: Engine) -> None:
    load(depot)
    depot.query("CALL etl.purge_raw('2025-07-03')")
    depot.query("CALL etl.reprocess_extract('shelves', NULL, NULL)")
    assert depot.query(
        "SELECT load_run_file_id FROM etl.file_attempts AS a"
        " JOIN etl.load_runs USING (load_run_id) WHERE mode = 'reprocess' ORDER BY 1"
    ) == [(3,), (4,)]
    with pytest.raises(
        psycopg.DatabaseError, match=r"file 1 was extracted at .* before the horizon"
    ):
        depot.query("CALL etl.reprocess_extract('shelves', '2025-07-01', NULL)")


def test_files_before_the_horizon_are_not_stale(depot: Engine) -> None:
    depot.ingest("bins", [{"aisle": "A", "shelf": "1", "colour": "Red"}], "2025-07-01 12:00")
    depot.ingest("bins", [{"aisle": "A", "shelf": "2", "colour": "Red"}], "2025-07-03 12:00")
    depot.query("CALL etl.purge_raw('2025-07-02', 'bins')")
    depot.query(
        "INSERT INTO etl.domain_values (source, domain, source_value, core_value)"
        " VALUES ('depot', 'colour', 'green', 'green')"
    )
    assert depot.one("SELECT files_stale FROM etl.health") == 1
    stale = "SELECT check_name, load_run_file_id FROM etl.verify('bins')"
    assert depot.query(stale) == [("stale", 2)]
