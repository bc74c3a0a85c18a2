"""The proof itself is tested: the property test must find faults that were put into the engine.

Each break is a small edit of installed routines. It is taken back afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.semantics.machine import Shop
from tests.semantics.warehouse import Warehouse
from tests.semantics.world import Name, World

EXAMPLES = 3000
FOUND_OUT = (AssertionError, psycopg.DatabaseError)
"""Something differs, or the database itself has noticed."""


@dataclass(frozen=True)
class Break:
    """A fault: in the routines of etl whose names match, one text is replaced by another."""

    what: str
    routines: str
    old: str
    new: str


QUICK = (
    Break("no file is late", "file_is_late", "SELECT EXISTS (", "SELECT false AND EXISTS ("),
    Break("delta before full", "observe_.*", "f.kind = 'delta'", "f.kind = 'full'"),
)
OTHERS = (
    Break(
        "a column is required of files that lack it",
        "verdicts_vouchers",
        "v_file.date_extracted < TIMESTAMP '2025-01-03 03:00:00' AT TIME ZONE 'Europe/Berlin' OR",
        "false OR",
    ),
    Break(
        "a file of the same DateExtracted is in order",
        "file_is_late",
        ">= f.date_extracted",
        "> f.date_extracted",
    ),
    Break(
        "last_modified before DateTo",
        "observe_.*",
        "f.date_to, f.last_modified",
        "f.last_modified, f.date_to",
    ),
    Break(
        "equal times by the id of the file",
        "observe_.*",
        'f.s3_key COLLATE "C", f.load_run_file_id',
        "f.load_run_file_id",
    ),
    Break(
        "keys compared by concatenation",
        "observe_order_items",
        "AS r USING (region, shop, order_no, item)",
        "AS r ON r.region || r.shop || r.order_no || r.item"
        " = k.region || k.shop || k.order_no || k.item",
    ),
    Break(
        "surrogate keys without the lengths of their parts",
        "key_part",
        "pg_catalog.octet_length(p_text)::text || ':' || p_text",
        "p_text",
    ),
    Break(
        "a rebuild takes rejected rows",
        "observe_.*",
        "j.resolved_by_run IS NULL",
        "j.resolved_by_run IS NOT NULL",
    ),
    Break(
        "a correction leaves the keys of the old version alone",
        "rebuild_.*",
        "IN (f.load_run_file_id, f.superseded_by)",
        "IN (f.load_run_file_id)",
    ),
    Break(
        "an excluded file leaves its rows",
        "exclude_file",
        "CALL etl.rebuild_file(v_file.extract, p_load_run_file_id);",
        "",
    ),
    Break(
        "a key that occurs twice in a file is skipped",
        "check_.*",
        "HAVING count(*) > 1",
        "HAVING count(*) > 9",
    ),
    Break(
        "an empty dedupe column wins", "check_order_items", "DESC NULLS LAST", "DESC NULLS FIRST"
    ),
    Break(
        "an absent key that comes back unchanged is skipped",
        "verdicts_.*",
        "AND s.absent_since IS NULL",
        "",
    ),
    Break(
        "a key in a rejected row of a mirror is absent",
        "close_(customers|orders)",
        "AS t\n                WHERE t.region",
        "AS t\n                WHERE t.verdict <> 'rejected' AND t.region",
    ),
)
HORIZON = (
    Break(
        "raw does not keep the row before a state",
        "purge_(customers|products)",
        "OR p.next_at = p.state_from AND p.observed_at > p.version_from",
        "",
    ),
    Break(
        "raw does not keep the row a version began with",
        "purge_.*",
        "IN (p.newest, p.version_from)",
        "= p.newest",
    ),
    Break(
        "a rebuild removes what is frozen",
        "rebuild_(customers|products)",
        "c.effective_from >= v_horizon",
        "true",
    ),
    Break(
        "mirrors before the horizon lack what was purged",
        "observe_(customers|orders)",
        "f.is_mirror AND f.date_extracted >= v_horizon",
        "f.is_mirror",
    ),
    Break("files before the horizon are taken", "refuse_frozen", "IF FOUND THEN", "IF false THEN"),
)
READINGS = (
    Break(
        "a second reading leaves the keys of the first",
        "rebuild_.*",
        "IN (f.load_run_file_id, f.superseded_by)",
        "IN (f.load_run_file_id)",
    ),
    Break(
        "a second reading does not take the place of the first",
        "supersede_versions",
        "AND v.newest <> v.load_run_file_id",
        "AND false",
    ),
    Break(
        "landing takes the place of what counts",
        "claim_landing",
        "    RETURN true;",
        "    UPDATE etl.load_run_files AS f SET is_counting = false FROM etl.load_run_files AS n"
        " WHERE n.file_attempt_id = p_file_attempt_id AND f.s3_key = n.s3_key AND f.is_counting;"
        " RETURN true;",
    ),
)


@contextmanager
def broken(warehouse: Warehouse, one: Break) -> Iterator[None]:
    """Edit the routines during a block. Fails if the text is not there to be replaced."""
    found = warehouse.admin.execute(
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p"
        " WHERE p.pronamespace = 'etl'::regnamespace AND p.proname ~ ('^(' || %s || ')$')",
        [one.routines],
    ).fetchall()
    texts = [text for (text,) in found]
    edited = [text.replace(one.old, one.new) for text in texts]
    if edited == texts:
        raise AssertionError(f"{one.routines} do not say {one.old}")
    try:
        for text in edited:
            warehouse.admin.execute(text)
        yield
    finally:
        for text in texts:
            warehouse.admin.execute(text)


def find(warehouse: Warehouse) -> None:
    """Run the property until something differs; the same feeds each time, and no shrinking."""
    Shop.warehouse = warehouse
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=10,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("one", QUICK, ids=lambda one: one.what)
def test_an_engine_with_this_fault_is_found_out(warehouse: Warehouse, one: Break) -> None:
    with broken(warehouse, one), pytest.raises(FOUND_OUT):
        find(warehouse)


@pytest.mark.slow
@pytest.mark.parametrize("one", OTHERS, ids=lambda one: one.what)
def test_an_engine_with_that_fault_is_found_out(warehouse: Warehouse, one: Break) -> None:
    with broken(warehouse, one), pytest.raises(FOUND_OUT):
        find(warehouse)


@pytest.mark.parametrize("one", HORIZON, ids=lambda one: one.what)
def test_an_engine_with_this_fault_about_the_horizon_is_found_out(
    warehouse: Warehouse, one: Break
) -> None:
    with broken(warehouse, one), pytest.raises(FOUND_OUT):
        purge_a_small_feed(World(warehouse))


@pytest.mark.parametrize("one", READINGS, ids=lambda one: one.what)
def test_an_engine_with_this_fault_about_readings_is_found_out(
    warehouse: Warehouse, one: Break
) -> None:
    with broken(warehouse, one), pytest.raises(FOUND_OUT):
        read_a_small_feed_again(World(warehouse))


def read_a_small_feed_again(world: World) -> None:
    """Two files read by a wrong contract, and again by the right one."""
    world.swap("orders")
    for day in (1, 3):
        world.deliver(Name("orders", day), "1,7,Open,1,,1", "2,8,Open,1,,1")
    world.swap("orders")
    world.deliver(Name("orders", 2), "7,1,Open,1,,1")
    for one in world.readable_files():
        world.reread(one)
        world.run(process=False)
        world.compare()
        world.run()
    world.verify()


def test_a_sound_engine_reads_the_small_feed_again(warehouse: Warehouse) -> None:
    read_a_small_feed_again(World(warehouse))


def purge_a_small_feed(world: World) -> None:
    """A feed with few steps for cases that random feeds reach rarely."""
    for day, row in enumerate(("Bea,New,1,", "Ann,New,1,", "Ann,New,2,", "Ann,New,1,"), 1):
        world.deliver(Name("customers", day), f"1,{row},1")
    for day in (1, 2, 3):
        world.deliver(Name("orders", day, "full"), "2,1,Open,1,,1")
    world.purge("customers", 5)
    world.purge("orders", 4)
    world.verify()
    world.deliver(Name("customers", 3), "1,Cid,New,1,,1")
    world.deliver(Name("customers", 5), "1,Ann,New,1,,1")


def test_a_sound_engine_purges_the_small_feed(warehouse: Warehouse) -> None:
    purge_a_small_feed(World(warehouse))
