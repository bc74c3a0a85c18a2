"""The examples of docs/semantics.md about files of several shapes: vouchers, on three days."""

from typing import Any

from tests.semantics.world import Name, World

VOUCHER = "1,5,Ann,New,A1"
"""Number, worth, holder, tier, code; each file has those of them that its day has."""

DRIFT = (
    "Drift: rows have 5 fields instead of 6. Likely: 1 column was dropped."
    " `python ingest.py drift` proposes the edit of the contract."
)


def vouchers(world: World) -> list[tuple[Any, ...]]:
    """Versions of the vouchers: from day, to day, holder, code."""
    found = world.warehouse.admin.execute(
        "SELECT (effective_from AT TIME ZONE 'Europe/Berlin')::date - DATE '2025-01-01',"
        " (effective_to AT TIME ZONE 'Europe/Berlin')::date - DATE '2025-01-01', holder, code"
        " FROM core.dim_vouchers ORDER BY voucher_id, effective_from"
    )
    return [tuple(row) for row in found]


def test_columns_come_and_go(world: World) -> None:
    for day in (3, 1, 2):
        world.deliver(Name("vouchers", day), VOUCHER)
    assert vouchers(world) == [
        (1, 2, None, "A1"),
        (2, 3, "Ann", "A1"),
        (3, None, "Ann", None),
    ]


def test_a_column_is_required_where_it_is(world: World) -> None:
    world.deliver(Name("vouchers", 1), "1,5,,New,A1", "2,1,Cid,New,B1")
    world.deliver(Name("vouchers", 2), "1,5,,New,A1", "2,1,Cid,New,B1")
    world.deliver(Name("vouchers", 3), "1,5,Ann,New,", "2,1,Cid,New,")
    found = world.warehouse.admin.execute("SELECT row_text, field_errors FROM etl.rejects")
    assert [tuple(row) for row in found] == [
        ("1,23,1,5,,New,A1\n", {"holder": {"text": None, "reason": "is required and empty"}})
    ]
    assert vouchers(world)[-1] == (3, None, "Cid", None)


def test_a_file_of_another_shape_rejects_its_rows(world: World) -> None:
    world.deliver(Name("vouchers", 1), "!1,23,1,Ann,New,5", "2,1,Cid,New,B1")
    assert vouchers(world) == [(1, None, None, "B1")]


def test_a_file_of_no_known_shape_fails_as_a_whole(world: World) -> None:
    world.deliver(Name("vouchers", 1), "!1,23,1,5,New", "!1,23,2,1,New")
    found = world.warehouse.admin.execute(
        "SELECT f.status, a.error_class, f.status_reason FROM etl.load_run_files AS f"
        " JOIN etl.file_attempts AS a USING (file_attempt_id)"
    )
    assert [tuple(row) for row in found] == [
        (
            "failed",
            "drift",
            DRIFT,
        )
    ]


def test_a_file_of_the_shape_of_another_time_says_so(world: World) -> None:
    world.deliver(Name("vouchers", 1), f"!1,23,{VOUCHER}")
    (reason,) = world.warehouse.admin.execute("SELECT status_reason FROM etl.load_run_files")
    assert (
        "rows have 7 fields instead of 6. Likely: as in files since 2025-01-03 03:00 until"
        " 2025-01-04 00:00: since or until in the contract may be wrong" in reason[0]
    )


def test_a_new_column_makes_no_older_file_stale(world: World) -> None:
    for day in (1, 2, 3):
        world.deliver(Name("vouchers", day), VOUCHER)
    (seeds,) = world.warehouse.admin.execute(
        "SELECT count(DISTINCT ruleset_fingerprint) FROM etl.load_run_files"
    )
    assert tuple(seeds) == (3,)
    (stale,) = world.warehouse.admin.execute("SELECT files_stale FROM etl.health")
    assert tuple(stale) == (0,)
