"""The examples of docs/semantics.md, and what the property test found. Day 1 is 2 January 2025.

Each step of a test is compared with the model as well; what is written out here is for the reader.
"""

import pytest
from psycopg import errors

from tests.semantics.looks import DAY, history, orders, rows, sources, states
from tests.semantics.warehouse import Warehouse
from tests.semantics.world import Name, World

OTHER = ("1", "24")


def test_changes_make_versions(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 2), "1,Ann,New,5,,2")
    world.deliver(Name("customers", 3), "1,Ann,Regular,5,,1")
    assert history(world) == [
        (1, 1, 3, "Ann", "new", "5.00"),
        (1, 3, None, "Ann", "regular", "5.00"),
    ]


def test_a_late_file_goes_where_it_belongs(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 3), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 2), "1,Bea,New,5,,1")
    assert history(world) == [
        (1, 1, 2, "Ann", "new", "5.00"),
        (1, 2, 3, "Bea", "new", "5.00"),
        (1, 3, None, "Ann", "new", "5.00"),
    ]


def test_a_late_file_before_the_first_version(world: World) -> None:
    world.deliver(Name("customers", 2), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    assert history(world) == [(1, 1, None, "Ann", "new", "5.00")]
    assert rows(world, f"SELECT {DAY.format('date_extracted')} FROM stg.customers") == [(1,)]


def test_a_value_that_goes_and_comes_back_with_a_late_file_between(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 2), "1,Bea,New,5,,1")
    world.deliver(Name("customers", 4), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 3), "1,Ann,New,5,,1")
    assert history(world) == [
        (1, 1, 2, "Ann", "new", "5.00"),
        (1, 2, 3, "Bea", "new", "5.00"),
        (1, 3, None, "Ann", "new", "5.00"),
    ]


def test_a_corrected_delivery(world: World) -> None:
    name = Name("customers", 1)
    world.deliver(name, "1,Ann,New,5,,1", "2,Cid,New,5,,1")
    world.deliver(name, "1,Bea,New,5,,1")
    assert history(world) == [(1, 1, None, "Bea", "new", "5.00")]
    assert sources(world) == [(1, "v2")]


def test_a_correction_that_is_bad(world: World) -> None:
    name = Name("customers", 1)
    world.deliver(name, "1,Ann,New,5,,1")
    world.deliver(name, "1,,New,5,,1")
    assert history(world) == [(1, 1, None, "Ann", "new", "5.00")]
    assert sources(world) == [(1, "v1")]


def test_a_content_that_comes_back_after_a_correction(world: World) -> None:
    name = Name("customers", 1)
    for row in ("1,Ann,New,5,,1", "1,Bea,New,5,,1", "1,Ann,New,5,,1"):
        world.deliver(name, row)
    assert history(world) == [(1, 1, None, "Ann", "new", "5.00")]
    assert sources(world) == [(1, "v3")]


def test_a_content_that_comes_back_while_its_correction_waits(world: World) -> None:
    name = Name("customers", 1)
    world.deliver(name, "1,Ann,New,5,,1")
    world.put(name, ["1,Bea,New,5,,1"])
    world.run(process=False)
    world.deliver(name, "1,Ann,New,5,,1")
    assert sources(world) == [(1, "v3")]


def test_a_content_that_comes_back_before_its_correction_was_read(world: World) -> None:
    name = Name("customers", 1)
    world.deliver(name, "1,Ann,New,5,,1")
    world.put(name, ["1,Bea,New,5,,1"])
    world.warehouse.look()
    world.deliver(name, "1,Ann,New,5,,1")
    assert states(world) == [("v1", "processed"), ("etag:", "skipped")]
    world.deliver(name, "1,Bea,New,5,,1")
    assert sources(world) == [(1, "v4")]


def test_a_content_that_comes_back_before_any_was_read(world: World) -> None:
    name = Name("customers", 1)
    for row in ("1,Ann,New,5,,1", "1,Bea,New,5,,1", "1,Ann,New,6,,1"):
        world.put(name, [row])
        world.warehouse.look()
    world.deliver(name, "1,Ann,New,5,,1")
    assert states(world) == [("v4", "processed")]
    assert history(world) == [(1, 1, None, "Ann", "new", "5.00")]


def test_contents_that_are_gone_are_not_waited_for(world: World) -> None:
    name = Name("customers", 1)
    world.put(name, ["1,Ann,New,5,,1"])
    with world.warehouse.landing():
        world.put(name, ["1,Bea,New,5,,1"])
        world.warehouse.look()
        world.put(name, ["1,Cid,New,5,,1"])
        world.warehouse.look()
    assert states(world) == [("etag:", "loading"), ("etag:", "pending")]
    world.deliver(name, "1,Dan,New,5,,1")
    assert states(world) == [("etag:", "skipped"), ("v4", "processed")]
    assert sources(world) == [(1, "v4")]


def test_full_and_delta_with_one_date_extracted(world: World) -> None:
    world.deliver(Name("customers", 2, "delta"), "1,Bea,New,5,,1")
    world.deliver(Name("customers", 2, "full"), "1,Ann,New,5,,1", "2,Cid,New,5,,1")
    assert history(world) == [
        (1, 2, None, "Bea", "new", "5.00"),
        (2, 2, None, "Cid", "new", "5.00"),
    ]


def test_a_key_leaves_a_mirror_and_comes_back_unchanged(world: World) -> None:
    world.deliver(Name("customers", 1, "full"), "1,Ann,New,5,,1", "2,Cid,New,5,,1")
    world.deliver(Name("customers", 2, "full"), "2,Cid,New,5,,1")
    world.deliver(Name("customers", 3, "full"), "1,Ann,New,5,,1", "2,Cid,New,5,,1")
    assert history(world) == [
        (1, 1, 2, "Ann", "new", "5.00"),
        (1, 3, None, "Ann", "new", "5.00"),
        (2, 1, None, "Cid", "new", "5.00"),
    ]


def test_a_fact_leaves_a_mirror_and_comes_back(world: World) -> None:
    world.deliver(Name("orders", 1, "full"), "1,1,Open,1,,1", "2,1,Open,1,,1")
    world.deliver(Name("orders", 2, "full"), "2,1,Open,1,,1")
    assert orders(world) == [(1, "open", 1, 2), (2, "open", 1, None)]
    world.deliver(Name("orders", 3), "1,1,Open,1,,1")
    assert orders(world) == [(1, "open", 3, None), (2, "open", 1, None)]


def test_a_key_in_a_rejected_row_is_present(world: World) -> None:
    world.deliver(Name("customers", 1, "full"), "1,Ann,New,5,,1", "2,Cid,New,5,,1")
    world.deliver(Name("customers", 2, "full"), "1,Ann,Boss,5,,1", "2,Cid,New,5,,1")
    assert history(world) == [
        (1, 1, None, "Ann", "new", "5.00"),
        (2, 1, None, "Cid", "new", "5.00"),
    ]


def test_a_file_whose_name_does_not_say_that_it_is_full_closes_nothing(world: World) -> None:
    world.deliver(Name("customers", 1, "full"), "1,Ann,New,5,,1", "2,Cid,New,5,,1")
    world.deliver(Name("customers", 2, "delta", by_date=True), "2,Cid,New,5,,1")
    assert [row[2] for row in history(world)] == [None, None]
    world.deliver(Name("customers", 3, "full", by_date=True), "2,Cid,New,5,,1")
    assert [row[2] for row in history(world)] == [3, None]


def test_a_reject_in_the_newest_file(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 2), "1,Bea,Boss,5,,1", "2,Cid,New,5,,1")
    assert history(world)[0] == (1, 1, None, "Ann", "new", "5.00")
    assert rows(world, "SELECT line_no, field_errors ->> 'tier' FROM etl.rejects") == [
        (1, '{"text": "Boss", "reason": "is not in domain tier"}')
    ]


def test_duplicates_with_a_dedupe_order(world: World) -> None:
    world.deliver(Name("order_items", 1), "1,2,T1,5,2", "1,2,T1,7,3", "1,2,T1,6,3", "1,2,T1,9,")
    assert rows(world, "SELECT quantity, revision FROM core.fact_order_items") == [(6, 3)]
    (file,) = world.warehouse.files().values()
    assert (file["rows_read"], file["rows_good"], file["rows_duplicate"]) == (4, 1, 3)


def test_duplicates_without_an_order(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1", "1,Bea,New,5,,1", "1,,New,5,,1")
    assert history(world) == [(1, 1, None, "Bea", "new", "5.00")]


def test_latest_columns_out_of_order(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,1,,1")
    world.deliver(Name("customers", 4), "1,Bea,New,4,,1")
    world.deliver(Name("customers", 3), "1,Ann,New,3,,1")
    world.deliver(Name("customers", 2), "1,Ann,New,2,,1")
    assert history(world) == [
        (1, 1, 4, "Ann", "new", "3.00"),
        (1, 4, None, "Bea", "new", "4.00"),
    ]


def test_two_shops_with_the_same_ids(world: World) -> None:
    world.deliver(Name("customers", 2), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 1, "full", tenant=OTHER), "1,Bea,New,5,,1")
    assert [row[1:4] for row in history(world)] == [(2, None, "Ann"), (1, None, "Bea")]
    assert rows(world, "SELECT count(DISTINCT customer_key) FROM core.dim_customers") == [(2,)]
    paths = [file["path"] for file in world.warehouse.files().values()]
    assert paths == ["in order", "in order"]


def test_keys_that_are_equal_when_joined_are_two(world: World) -> None:
    world.deliver(Name("order_items", 1), "1,23,T1,5,1", "12,3,T1,6,1")
    statement = "SELECT order_no, item, quantity FROM core.fact_order_items ORDER BY 3"
    assert rows(world, statement) == [("1", "23", 5), ("12", "3", 6)]


def test_a_value_that_was_unknown_and_is_added(world: World) -> None:
    file = world.deliver(Name("customers", 1), "1,Ann,Boss,5,,1", "2,Cid,New,5,,1")
    world.learn()
    assert [row[0] for row in history(world)] == [2]
    world.reprocess(world.delivery(file))
    assert history(world)[0] == (1, 1, None, "Ann", "boss", "5.00")
    assert rows(world, "SELECT resolved_by_run IS NOT NULL FROM etl.rejects") == [(True,)]


def test_excluded_and_admitted_again(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    wrong = world.deliver(Name("customers", 2), "1,Bea,New,5,,1", "2,Cid,New,5,,1")
    world.exclude(world.delivery(wrong))
    assert history(world) == [(1, 1, None, "Ann", "new", "5.00")]
    world.readmit(world.delivery(wrong))
    assert [row[:3] for row in history(world)] == [(1, 1, 2), (1, 2, None), (2, 2, None)]


def test_an_excluded_correction_lets_the_former_version_count(world: World) -> None:
    name = Name("customers", 1)
    world.deliver(name, "1,Ann,New,5,,1")
    wrong = world.deliver(name, "1,Bea,New,5,,1")
    world.exclude(world.delivery(wrong))
    assert sources(world) == [(1, "v1")]


def test_a_mirror_that_would_close_much_waits(world: World) -> None:
    world.deliver(Name("orders", 1, "full"), "1,1,Open,1,,1", "2,1,Open,1,,1", "3,9,Sent,0,,1")
    small = world.deliver(Name("orders", 2, "full"), "1,1,Paid,1,,1")
    assert orders(world) == [(1, "open", 1, None), (2, "open", 1, None), (3, "sent", 1, None)]
    world.release(world.delivery(small))
    assert orders(world) == [(1, "paid", 2, None), (2, "open", 1, 2), (3, "sent", 1, 2)]


def test_a_mirror_that_counts_is_not_held_by_what_came_later(world: World) -> None:
    mirror = world.deliver(Name("orders", 1, "full"), "1,1,Open,1,,1", "2,1,Lost,1,,1")
    world.deliver(Name("orders", 2), "3,1,Open,1,,1", "4,1,Open,1,,1", "5,1,Open,1,,1")
    world.learn()
    world.reprocess(world.delivery(mirror))
    assert orders(world)[1] == (2, "lost", 1, None)


def test_excluding_a_mirror_brings_back_a_key_of_the_same_moment(world: World) -> None:
    world.deliver(Name("customers", 1, "full", folder="a/"), "1,Ann,New,5,,1")
    mirror = world.deliver(Name("customers", 1, "full", folder="b/"), "2,Cid,New,5,,1")
    assert [row[0] for row in history(world)] == [2]
    world.exclude(world.delivery(mirror))
    assert [row[0] for row in history(world)] == [1]


def test_a_row_of_another_shop_is_rejected_though_that_shop_has_it(world: World) -> None:
    world.deliver(Name("customers", 1, tenant=OTHER), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 2), "!1,24,1,Ann,New,5,,1", "2,Cid,New,5,,1")
    assert rows(world, "SELECT line_no FROM etl.rejects") == [(1,)]


def test_a_late_row_of_another_shop_takes_nothing_from_it(world: World) -> None:
    world.deliver(Name("customers", 1, tenant=OTHER), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 3), "2,Cid,New,5,,1")
    world.deliver(Name("customers", 2), "!1,24,1,Bea,New,5,,1", "2,Cid,New,5,,1")
    assert [row[:4] for row in history(world)] == [(2, 2, None, "Cid"), (1, 1, None, "Ann")]


def test_a_faulty_untracked_column_is_rejected_though_the_rest_is_known(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 2), "1,Ann,New,5,,x", "2,Cid,New,5,,1")
    assert rows(world, "SELECT line_no FROM etl.rejects") == [(1,)]


def test_a_point_in_time_join_of_a_fact(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    world.deliver(Name("customers", 3), "1,Ann,Regular,5,,1")
    world.deliver(Name("orders", 2), "1,1,Open,1,,1")
    world.deliver(Name("orders", 4), "2,1,Open,1,,1")
    joined = rows(
        world,
        "SELECT o.order_id, c.tier FROM core.fact_orders AS o LEFT JOIN core.dim_customers AS c"
        " ON c.customer_key = o.customer_key AND c.effective_from <= o.date_extracted"
        " AND (o.date_extracted < c.effective_to OR c.is_current) ORDER BY 1",
    )
    assert joined == [(1, "new"), (2, "regular")]


def test_decisions_want_a_reason(world: World, warehouse: Warehouse) -> None:
    file = world.deliver(Name("customers", 1), "1,Ann,New,5,,1")
    with pytest.raises(errors.DatabaseError) as refused:
        warehouse.decide("exclude_file", file, " ")
    assert refused.value.sqlstate == "RC008"
