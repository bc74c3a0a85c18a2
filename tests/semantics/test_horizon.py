"""The examples of docs/semantics.md about the horizon: raw is purged, core stays."""

import pytest
from psycopg import errors

from tests.semantics.looks import DAY, history, orders, raw_rows, rows, sources
from tests.semantics.warehouse import Warehouse
from tests.semantics.world import Name, World


def test_the_newest_row_of_each_key_stays_in_raw(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1", "2,Cid,New,5,,1", "3,,New,5,,1")
    world.deliver(Name("customers", 2), "1,Bea,New,5,,1")
    world.deliver(Name("customers", 3), "1,Dan,New,5,,1")
    world.purge("customers", 3)
    assert raw_rows(world, "customers") == [(1, 2), (2, 1), (3, 1)]
    assert history(world) == [
        (1, 1, 2, "Ann", "new", "5.00"),
        (1, 2, 3, "Bea", "new", "5.00"),
        (1, 3, None, "Dan", "new", "5.00"),
        (2, 1, None, "Cid", "new", "5.00"),
    ]
    assert rows(world, "SELECT line_no FROM etl.rejects") == [(3,)]
    world.verify()


def test_the_row_that_a_state_began_with_stays_in_raw(world: World) -> None:
    for day, row in enumerate(("1,Ann,New,5,,1", "1,Ann,New,6,,1", "1,Ann,New,5,,1"), 1):
        world.deliver(Name("customers", day), row)
    world.deliver(Name("customers", 4), "1,Ann,New,5,,2")
    world.deliver(Name("customers", 5), "1,Ann,New,5,,3")
    world.purge("customers", 6)
    assert raw_rows(world, "customers") == [(1, 1), (2, 1), (3, 1), (5, 1)]
    world.deliver(Name("customers", 7), "1,Bea,New,5,,1")
    world.deliver(Name("customers", 6), "1,Ann,New,5,,1")
    assert history(world) == [(1, 1, 7, "Ann", "new", "5.00"), (1, 7, None, "Bea", "new", "5.00")]
    assert rows(world, f"SELECT {DAY.format('date_extracted')} FROM core.dim_customers") == [
        (3,),
        (7,),
    ]


def test_a_late_file_after_the_horizon(world: World) -> None:
    for day, name in ((1, "Ann"), (2, "Bea"), (5, "Dan")):
        world.deliver(Name("customers", day), f"1,{name},New,5,,1")
    world.purge("customers", 3)
    late = world.deliver(Name("customers", 4), "1,Cid,New,5,,1")
    assert [row[1:4] for row in history(world)] == [
        (1, 2, "Ann"),
        (2, 4, "Bea"),
        (4, 5, "Cid"),
        (5, None, "Dan"),
    ]
    world.exclude(world.delivery(late))
    assert [row[1:4] for row in history(world)] == [(1, 2, "Ann"), (2, 5, "Bea"), (5, None, "Dan")]


def test_a_file_before_the_horizon_is_refused(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 4), "1,Bea,New,5,,1")
    world.purge("customers", 3)
    world.deliver(Name("customers", 2), "1,Cid,New,5,,1")
    assert [row[1:4] for row in history(world)] == [(1, 4, "Ann"), (4, None, "Bea")]
    ((status, reason),) = rows(
        world, "SELECT status, status_reason FROM etl.load_run_files WHERE NOT is_counting"
    )
    assert status == "failed"
    assert reason == (
        "extracted at 2025-01-03 02:00:00+00, before the horizon of customers,"
        " 2025-01-04 02:00:00+00"
    )


@pytest.mark.parametrize(
    ("procedure", "reason"), [("exclude_file", ["wrong"]), ("reprocess_file", [])]
)
def test_what_is_frozen_is_not_decided_about(
    world: World, warehouse: Warehouse, procedure: str, reason: list[str]
) -> None:
    file = world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    world.purge("customers", 3)
    with pytest.raises(errors.DatabaseError, match="before the horizon of customers") as refused:
        warehouse.decide(procedure, file, *reason)
    assert refused.value.sqlstate == "RC013"
    assert refused.value.diag.message_detail == f"Its key is {file[0]}."


def test_what_was_excluded_before_the_horizon_stays_excluded(
    world: World, warehouse: Warehouse
) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    wrong = world.deliver(Name("customers", 2), "1,Bea,New,5,,1")
    world.exclude(world.delivery(wrong))
    world.purge("customers", 3)
    with pytest.raises(errors.DatabaseError) as refused:
        warehouse.decide("readmit_file", wrong, "it was right")
    assert refused.value.sqlstate == "RC013"
    assert raw_rows(world, "customers") == [(1, 1)]


def test_a_correction_before_the_horizon_is_refused(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    world.purge("customers", 3)
    world.deliver(Name("customers", 1), "1,Bea,New,5,,1")
    assert sources(world) == [(1, "v1")]
    world.run(force=True)
    assert raw_rows(world, "customers")[0] == (1, 1)


def test_a_key_that_was_absent_at_the_horizon(world: World) -> None:
    world.deliver(Name("orders", 1, "full"), "1,1,Open,1,,1", "2,1,Open,1,,1")
    world.deliver(Name("orders", 2, "full"), "2,1,Open,1,,1")
    world.deliver(Name("orders", 3, "full"), "2,1,Open,1,,1")
    world.purge("orders", 4)
    back = world.deliver(Name("orders", 5), "1,1,Open,1,,1")
    assert orders(world) == [(1, "open", 5, None), (2, "open", 1, None)]
    world.exclude(world.delivery(back))
    assert orders(world) == [(1, "open", 1, 2), (2, "open", 1, None)]


def test_a_file_that_is_not_done_is_not_purged(world: World) -> None:
    world.deliver(Name("orders", 1, "full"), "1,1,Open,1,,1", "2,1,Open,1,,1", "3,9,Sent,0,,1")
    held = world.deliver(Name("orders", 2, "full"), "1,1,Open,1,,1")
    world.purge("orders", 3)
    assert len(raw_rows(world, "orders")) == 4
    world.exclude(world.delivery(held))
    world.purge("orders", 3)
    assert len(raw_rows(world, "orders")) == 3


def test_purging_again_goes_on_from_the_horizon(world: World) -> None:
    for day, name in enumerate(("Ann", "Bea", "Ann", "Cid"), 1):
        world.deliver(Name("customers", day, "full"), f"1,{name},New,5,,1", "2,Eve,New,1,,1")
    world.deliver(Name("customers", 5, "full"), "2,Eve,New,1,,1")
    for day in (3, 2, 6):
        world.purge("customers", day)
    assert raw_rows(world, "customers") == [(1, 2), (4, 1), (5, 1)]
    assert [row[:4] for row in history(world)][-2:] == [(1, 4, 5, "Cid"), (2, 1, None, "Eve")]
    world.verify()


def test_a_purge_says_of_which_files_rows_went_and_who_did_it(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1", "2,Cid,New,5,,1")
    world.deliver(Name("customers", 2), "1,Ann,New,5,,1", "2,Dan,New,5,,1")
    world.purge("customers", 3)
    assert rows(
        world,
        "SELECT outcome, regexp_replace(problem, '^[^:]*: ', '') FROM etl.file_attempts"
        " WHERE action = 'purge'",
    ) == [("succeeded", "horizon 2025-01-04 03:00:00+01; rows of raw removed: 1")]
    assert rows(world, "SELECT extract, purged_by = session_user FROM etl.horizons") == [
        ("customers", True)
    ]
