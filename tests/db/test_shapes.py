"""Files of several shapes: columns that were added, dropped and moved, by DateExtracted."""

from typing import Any

import pytest

from tests.support.engine import Engine, counts

OLD, MIDDLE, NEW = "2025-08-31 23:59", "2025-09-01 00:00", "2025-10-01 12:00"
CORE = "SELECT box_id, weight, label, maker, grade, size FROM core.fact_boxes ORDER BY box_id"
RAW = "SELECT box_id, weight, label, maker, grade, size FROM raw.boxes_raw ORDER BY box_id"
FILES = {
    OLD: [["1", "2.5", "oak", "Bo"], ["2", "3", "ash", "Di"]],
    MIDDLE: [["2", "ash", "Di", "7", "3"], ["3", "elm", "Ed", "8", "4"]],
    NEW: [["3", "elm", "9", "S", "4"], ["4", "fir", "1", "L", "5"]],
}


def load(depot: Engine, *times: str) -> list[Any]:
    return [depot.ingest("boxes", FILES[at], at) for at in times]


def rejects(depot: Engine) -> list[tuple[Any, ...]]:
    return depot.query("SELECT row_text, field_errors FROM etl.rejects_boxes ORDER BY 1")


def test_each_file_lands_by_the_shape_of_its_time(depot: Engine) -> None:
    load(depot, OLD)
    depot.query("TRUNCATE raw.boxes_raw")
    load(depot, NEW)
    assert depot.query(RAW) == [
        ("3", "4", "elm", None, "9", "S"),
        ("4", "5", "fir", None, "1", "L"),
    ]


@pytest.mark.parametrize("order", [(OLD, MIDDLE, NEW), (NEW, OLD, MIDDLE), (MIDDLE, NEW, OLD)])
def test_files_of_all_shapes_load_in_any_order(depot: Engine, order: tuple[str, ...]) -> None:
    load(depot, *order)
    shown = [tuple(None if v is None else str(v) for v in row) for row in depot.query(CORE)]
    assert shown == [
        ("1", "2.50", "oak", "Bo", None, None),
        ("2", "3.00", "ash", "Di", "7", None),
        ("3", "4.00", "elm", None, "9", "small"),
        ("4", "5.00", "fir", None, "1", "large"),
    ]
    assert depot.query("SELECT * FROM etl.verify('boxes')") == []
    assert depot.query("SELECT files_stale FROM etl.health") == [(0,)]


def test_rules_of_a_column_hold_for_files_that_have_it(depot: Engine) -> None:
    old = depot.ingest("boxes", [["1", "-1", "", "Bo"], ["2", "1", "", ""]], OLD)
    new = depot.ingest("boxes", [["1", "", "", "", "-1"], ["2", "", "0", "M", "1"]], NEW)
    assert [counts(old), counts(new)] == [(2, 1, 0, 0, 1), (2, 0, 0, 0, 2)]
    unmet = "does not meet: coalesce(grade > 0 AND weight > 0, false)"
    assert rejects(depot) == [
        (
            "1||||-1\n",
            {"grade": {"text": None, "reason": "is required and empty"}},
        ),
        ("2|1||\n", {"maker": {"text": None, "reason": "is required and empty"}}),
        (
            "2||0|M|1\n",
            {
                "grade": {"text": "0", "reason": unmet},
                "size": {"text": "M", "reason": "is not in domain size"},
            },
        ),
    ]


def test_an_equal_file_of_the_new_shape_is_unchanged(depot: Engine) -> None:
    load(depot, OLD, NEW)
    again = depot.ingest("boxes", FILES[NEW], "2025-11-01 00:00")
    assert counts(again) == (2, 0, 2, 0, 0)


def test_a_row_that_says_the_same_in_another_shape_keeps_its_lineage(depot: Engine) -> None:
    first, second = (
        depot.ingest("boxes", [["1", "2.5", "oak", "Bo"]], "2025-08-01 00:00"),
        depot.ingest("boxes", [["1", "oak", "Bo", "5", "2.5"]], MIDDLE),
    )
    third = depot.ingest("boxes", [["1", "oak", "Bo", "5", "2.5"]], "2025-09-02 00:00")
    assert [f.rows_ingested for f in (first, second, third)] == [1, 1, 0]
    assert depot.query("SELECT load_run_file_id FROM core.fact_boxes") == [
        (second.load_run_file_id,)
    ]


def test_a_new_value_of_a_domain_makes_only_files_with_its_column_stale(depot: Engine) -> None:
    load(depot, OLD, MIDDLE, NEW)
    depot.query("INSERT INTO etl.domain_values VALUES ('depot', 'size', 'm', 'medium')")
    stale = depot.query("SELECT f.date_extracted FROM etl.verify('boxes') AS v"
                        " JOIN etl.load_run_files AS f USING (load_run_file_id)")  # fmt: skip
    assert [len(stale), depot.one("SELECT files_stale FROM etl.health")] == [1, 1]


@pytest.mark.parametrize("at", [OLD, MIDDLE, NEW])
def test_a_reprocess_of_any_shape_changes_nothing(depot: Engine, at: str) -> None:
    load(depot, OLD, MIDDLE, NEW)
    before = depot.query("SELECT * FROM core.fact_boxes ORDER BY box_id")
    file = depot.one(
        "SELECT load_run_file_id FROM etl.load_run_files WHERE s3_key = %s",
        depot.file_name("boxes", at),
    )
    depot.query(f"CALL etl.reprocess_file({file:d})")
    assert depot.query("SELECT * FROM core.fact_boxes ORDER BY box_id") == before
    assert depot.query("SELECT * FROM etl.verify('boxes')") == []


def test_trace_finds_rows_of_both_sides(depot: Engine) -> None:
    load(depot, NEW, OLD)
    found = depot.query(
        "SELECT (etl.trace('boxes', jsonb_build_object('box_id', n))).line_no"
        " FROM generate_series(1, 4) AS n"
    )
    assert found == [(1,), (2,), (1,), (2,)]


def test_the_catalogue_tells_columns_and_shapes(depot: Engine) -> None:
    places = depot.query(
        "SELECT position, source_column, since IS NULL, until IS NULL FROM etl.columns"
        " WHERE extract = 'boxes' AND column_name = 'weight' ORDER BY 1"
    )
    assert places == [(2, "Weight", True, False), (7, "Kilos", False, True)]
    shapes = depot.query("SELECT columns FROM etl.shapes WHERE extract = 'boxes' ORDER BY since")
    assert [row[0] for row in shapes] == [
        ["box_id", "weight", "label", "maker"],
        ["box_id", "label", "maker", "grade", "weight"],
        ["box_id", "label", "grade", "size", "weight"],
    ]
