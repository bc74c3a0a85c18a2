"""Histories of dimensions: versions open, show newest values, adjoin, and are rebuilt."""

from tests.support.engine import Engine

WEEKS = {n: f"2025-{month}-{day:02} 12:00" for n, (month, day) in enumerate(
    [("06", 29), ("07", 6), ("07", 13), ("07", 20), ("07", 27)])}  # fmt: skip


def say(depot: Engine, week: int, colour: str, stock: str, remark: str = "") -> None:
    """Deliver and load the one bin of these tests in a state."""
    row = {"aisle": "a", "shelf": "1", "colour": colour, "stock": stock, "remark": remark}
    depot.ingest("bins", [row], WEEKS[week])


def history(depot: Engine) -> list[tuple[object, ...]]:
    return depot.query("""
        SELECT to_char(effective_from, 'MM-DD'), to_char(effective_to, 'MM-DD'), is_current,
            colour, stock
        FROM core.dim_bins ORDER BY effective_from
    """)


def test_a_change_of_a_history_column_opens_a_version_that_adjoins(depot: Engine) -> None:
    say(depot, 1, "Red", "5")
    say(depot, 2, "Blue", "5")
    say(depot, 3, "Red", "5")
    assert history(depot) == [
        ("07-06", "07-13", False, "red", 5),
        ("07-13", "07-20", False, "blue", 5),
        ("07-20", None, True, "red", 5),
    ]


def test_a_change_of_a_latest_column_shows_inside_the_version(depot: Engine) -> None:
    say(depot, 1, "Red", "5")
    say(depot, 2, "Red", "6")
    assert history(depot) == [("07-06", None, True, "red", 6)]
    lineage = "SELECT load_run_file_id, to_char(date_extracted, 'MM-DD') FROM core.dim_bins"
    assert depot.query(lineage) == [(2, "07-13")]


def test_a_change_that_core_does_not_show_leaves_core_alone(depot: Engine) -> None:
    say(depot, 1, "Red", "5")
    before = depot.query("SELECT xmin::text, * FROM core.dim_bins")
    say(depot, 2, "Red", "5", remark="new")
    say(depot, 3, "rEd ", "5", remark="new")
    assert depot.query("SELECT xmin::text, * FROM core.dim_bins") == before
    assert depot.query("SELECT remark, colour, load_run_file_id FROM stg.bins") == [
        ("new", "rEd ", 3)
    ]


def test_a_late_file_in_the_middle_rebuilds_the_history(depot: Engine) -> None:
    say(depot, 1, "Red", "5")
    say(depot, 3, "Red", "7")
    say(depot, 2, "Blue", "6")
    assert history(depot) == [
        ("07-06", "07-13", False, "red", 5),
        ("07-13", "07-20", False, "blue", 6),
        ("07-20", None, True, "red", 7),
    ]


def test_a_late_file_that_says_the_same_changes_no_row(depot: Engine) -> None:
    say(depot, 1, "Red", "5")
    say(depot, 3, "Red", "5")
    before = depot.query("SELECT xmin::text, * FROM core.dim_bins")
    say(depot, 2, "Red", "5")
    assert depot.query("SELECT xmin::text, * FROM core.dim_bins") == before


def test_a_late_file_before_the_first_version_begins_the_history(depot: Engine) -> None:
    say(depot, 2, "Red", "5")
    say(depot, 1, "Red", "4")
    assert history(depot) == [("07-06", None, True, "red", 5)]
    say(depot, 0, "Blue", "3")
    assert history(depot) == [
        ("06-29", "07-06", False, "blue", 3),
        ("07-06", None, True, "red", 5),
    ]


def test_of_two_files_with_one_date_extracted_the_delta_comes_last(depot: Engine) -> None:
    row = {"aisle": "a", "shelf": "1"}
    depot.deliver("bins", [{**row, "colour": "Red"}], WEEKS[1], kind="delta")
    depot.deliver("bins", [{**row, "colour": "Blue"}], WEEKS[1], kind="full")
    depot.run()
    assert history(depot) == [("07-06", None, True, "red", None)]
    assert depot.query("SELECT colour FROM stg.bins") == [("Red",)]


def test_any_order_gives_the_same_core(depot: Engine) -> None:
    states = {1: ("Red", "5"), 2: ("Blue", "6"), 3: ("Blue", "7"), 4: ("Red", "7")}
    core = """
        SELECT bin_key, colour, stock, effective_from, effective_to, date_extracted
        FROM core.dim_bins ORDER BY effective_from
    """
    for week in (3, 1, 4, 2):
        say(depot, week, *states[week])
    out_of_order = depot.query(core)
    depot.query(
        "TRUNCATE core.dim_bins, stg.bins, raw.bins_raw, etl.load_run_files, etl.s3_objects"
    )
    depot.run()
    assert depot.one("SELECT count(*) FROM etl.load_run_files WHERE path = 'in order'") == 4
    assert depot.query(core) == out_of_order
    assert len(out_of_order) == 3


def test_a_mapping_that_is_unknown_passes_where_the_contract_says_so(depot: Engine) -> None:
    say(depot, 1, "Green", "5")
    assert history(depot) == [("07-06", None, True, "Green", 5)]
    checks = (
        "SELECT check_name, passed, measured FROM etl.dq_results"
        " WHERE load_run_file_id IS NOT NULL AND check_name <> 'reject_rate'"
    )
    assert depot.query(checks) == [("unknown_domain_values:colour", False, 1)]
