"""The inventory and the plan: changes by a listing, incomplete batches, estimated times."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from rawcore.driver.run import register as do_register
from rawcore.driver.session import Session
from rawcore.errors import StoreUnreachable
from rawcore.settings import load_settings
from rawcore.stores.store import Listed
from tests.support.engine import Engine

PICKS = [["a", "1", "1", "10"]]
BINS = [["a", "1", "Red", "S", "1", "", ""]]
PLAN = "etl.plan_files('depot')"
BATCHES = """etl.plan_batches('depot', '{"jobs": 2}')"""
PLACES = """
    SELECT tableoid::regclass::text, ctid::text, xmin::text FROM etl.s3_objects
    UNION ALL SELECT tableoid::regclass::text, ctid::text, xmin::text FROM etl.load_run_files
    UNION ALL SELECT tableoid::regclass::text, ctid::text, xmin::text FROM etl.dq_results
    ORDER BY 1, 2
"""
MISSING = """
    SELECT check_name, passed, measured::int FROM etl.dq_results
    WHERE load_run_file_id IS NULL ORDER BY check_name
"""


def others(depot: Engine) -> list[str]:
    """All extracts of the feed but picks, in the order in which they load."""
    rows = depot.query("SELECT extract FROM etl.extracts ORDER BY load_order")
    names = [extract for (extract,) in rows if extract != "picks"]
    assert {"bins", "shelves"} < set(names)
    return names


def deliver_the_others(depot: Engine) -> None:
    for extract in others(depot):
        depot.deliver(extract, b"")  # they fail, but they are there


def test_a_listing_without_news_writes_no_row(depot: Engine) -> None:
    depot.deliver("picks", PICKS)
    (depot.folder / "notes.txt").write_bytes(b"x")
    depot.run()
    before = depot.query(PLACES)
    assert len(before) == 2 + 1 + 1 + len(others(depot))
    depot.run()
    assert depot.query(PLACES) == before


def test_a_name_that_could_not_be_read_is_read_again_by_new_rules(depot: Engine) -> None:
    names = ("Cats_delta_202507010000", "Dogs_delta_202507010000")
    for name in names:
        (depot.folder / name).write_bytes(b"a|1|1|10\n")
    depot.run()
    unread = "SELECT s3_key, name_problem FROM etl.s3_objects WHERE name_problem IS NOT NULL"
    assert {key for key, _ in depot.query(unread)} == set(names)
    depot.query("INSERT INTO etl.file_types VALUES ('depot', 'cats', 'picks')")
    depot.run()
    assert depot.query(unread) == [(names[1], "the name holds an unknown file type: Dogs")]
    assert depot.query("SELECT s3_key, extract, status FROM etl.load_run_files") == [
        (names[0], "picks", "processed")
    ]
    before = depot.query(PLACES)
    depot.run()
    assert depot.query(PLACES) == before


def test_a_name_that_was_read_keeps_its_meaning(depot: Engine) -> None:
    depot.ingest("picks", PICKS)
    depot.query("UPDATE etl.file_types SET extract = 'bins' WHERE file_type = 'picks'")
    depot.run()
    assert depot.query("SELECT extract FROM etl.s3_objects") == [("picks",)]


def test_what_a_batch_lacks_is_recorded_until_it_comes(depot: Engine) -> None:
    depot.ingest("picks", PICKS)
    checks = sorted(f"missing:{extract}" for extract in others(depot))
    assert depot.query(MISSING) == [(check, False, 1) for check in checks]
    assert depot.one("SELECT batches_incomplete FROM etl.health") == 1
    deliver_the_others(depot)
    depot.run()
    assert depot.query(MISSING) == [(check, True, 0) for check in checks]
    assert depot.one("SELECT batches_incomplete FROM etl.health") == 0
    assert depot.query("SELECT files, files_done, missing, is_begun FROM etl.batches") == [
        (1 + len(others(depot)), 1, [], True)
    ]


def test_an_extract_that_need_not_come_is_not_missed(depot: Engine) -> None:
    depot.query("UPDATE etl.extracts SET every_batch = false WHERE extract <> 'bins'")
    depot.ingest("picks", PICKS)
    assert depot.query(MISSING) == [("missing:bins", False, 1)]


@pytest.fixture
def holding(depot: Engine) -> Engine:
    """An incomplete batch, held back by the flag."""
    depot.query("UPDATE etl.feature_flags SET is_on = true WHERE name = 'hold_incomplete_batches'")
    depot.deliver("picks", PICKS)
    depot.run()
    return depot


def test_an_incomplete_batch_is_held_back_by_the_flag(holding: Engine) -> None:
    lacking = others(holding)
    assert holding.query(f"SELECT extract, status, action, reason FROM {PLAN}") == [
        ("picks", "pending", "hold", f"held: its batch lacks {', '.join(lacking)}")
    ]
    assert holding.query(f"SELECT land, hold, missing, seconds FROM {BATCHES}") == [
        (0, 1, lacking, None)
    ]


def test_a_batch_that_is_complete_is_held_no_longer(holding: Engine) -> None:
    deliver_the_others(holding)
    holding.run()
    assert holding.one("SELECT status FROM etl.load_run_files WHERE extract = 'picks'") == (
        "processed"
    )


def test_a_run_may_release_a_batch_and_what_it_began_goes_on(holding: Engine) -> None:
    run = holding.run(overrides={"hold_incomplete_batches": "false"})
    assert holding.one("SELECT status FROM etl.load_run_files") == "processed"
    kept = "SELECT parameters ->> 'overrides' FROM etl.load_runs WHERE load_run_id = %s"
    assert holding.one(kept, run) == '{"hold_incomplete_batches": "false"}'
    file = holding.ingest("bins", BINS)
    assert file.status == "processed"


def test_the_flag_of_a_run_holds_back_too(depot: Engine) -> None:
    depot.deliver("picks", PICKS)
    depot.run(overrides={"hold_incomplete_batches": "true"})
    assert depot.one("SELECT status FROM etl.load_run_files") == "pending"


def measured(depot: Engine, action: str, seconds: int) -> None:
    """Set the duration of the attempts of an action."""
    depot.query(
        "UPDATE etl.file_attempts SET finished_at = started_at + make_interval(secs => %s)"
        " WHERE action = %s",
        *(seconds, action),
    )


def test_the_duration_is_estimated_from_what_was_measured(depot: Engine) -> None:
    depot.ingest("picks", PICKS * 10)  # 90 bytes
    measured(depot, "land", 2)
    measured(depot, "process", 3)
    depot.deliver("picks", PICKS * 20, "2025-07-07 12:00")
    depot.deliver("bins", BINS, "2025-07-07 12:00")  # never seen: as all extracts together
    depot.run(process=False)
    depot.query("UPDATE etl.load_run_files SET status = 'pending' WHERE status = 'landed'")
    depot.query("DELETE FROM etl.file_attempts WHERE file_attempt_id > 2")
    assert depot.query(f"SELECT land, bytes, round(seconds, 2)::text FROM {BATCHES}") == [
        (2, 194, "5.00")  # 2 + 3 seconds each, two workers
    ]


def test_bytes_beyond_the_quickest_file_take_their_time(depot: Engine) -> None:
    for day, rows in ((6, 10), (7, 30)):
        depot.ingest("picks", PICKS * rows, f"2025-07-{day:02d} 12:00")
    measured(depot, "process", 0)
    for file, seconds in ((1, 1), (2, 37)):  # 90 and 270 bytes
        depot.query(
            "UPDATE etl.file_attempts SET finished_at = started_at + make_interval(secs => %s)"
            " WHERE action = 'land' AND load_run_file_id = %s",
            *(seconds, file),
        )
    times = "SELECT least_seconds, seconds_per_byte FROM etl.past_times('depot')"
    (least, per_byte), *_ = depot.query(f"{times} WHERE extract = 'picks' AND action = 'land'")
    assert (float(least), float(per_byte)) == (1.0, 0.1)


@pytest.mark.parametrize(
    ("interval", "extracted", "problem"),
    [
        ("202504050250_202504060250", "2504060210", None),
        (
            "202504050150_202504060150",
            "2504060110",
            "a DateExtracted before the end of its interval",
        ),
        (
            "202504050850_202504060850",
            "2504060750",
            "a DateExtracted before the end of its interval",
        ),
    ],
    ids=["in-the-hour-that-comes-twice", "before-it", "after-it"],
)
def test_clocks_that_are_turned_back_do_not_make_a_name_impossible(
    engine: Engine, interval: str, extracted: str, problem: str | None
) -> None:
    name = f"685146535Medicine_{interval}_{extracted}"
    found = engine.one("SELECT problem FROM etl.parse_name('indici', %s)", name)
    assert (found or "").endswith(problem or "")
    assert bool(found) == bool(problem)


class Twice:
    """A store whose pages overlap, with a name that PostgreSQL cannot store."""

    bucket = "lesser"

    def list(self, prefix: str) -> Iterator[Listed]:
        now = datetime.now(UTC)
        for key in ("Picks_1", "Picks_1", "Picks\0_2"):
            yield Listed(key, 1, "e", now)


def register(depot: Engine, store: Any) -> Any:
    settings = load_settings(
        database_url=depot.database.driver_url,
        s3_bucket_name="lesser",
        rawcore_source="depot",
        rawcore_contracts=depot.folder,
    )
    log: Any = structlog.get_logger()
    with Session(settings, log) as session:
        return do_register(session, store)


def test_a_listing_with_repeats_and_a_nul_is_taken_in(depot: Engine) -> None:
    assert register(depot, Twice())["objects"] == 2
    assert depot.query("SELECT s3_key FROM etl.s3_objects ORDER BY 1") == [
        ("Picks\\x00_2",),
        ("Picks_1",),
    ]
    assert depot.one("SELECT count(*) FROM etl.s3_listing") == 0


class Broken(Twice):
    """A store that fails between two pages."""

    def list(self, prefix: str) -> Iterator[Listed]:
        yield from super().list(prefix)
        raise StoreUnreachable(endpoint="lesser", problem="gone")


def test_a_listing_that_breaks_off_leaves_nothing(depot: Engine) -> None:
    with pytest.raises(StoreUnreachable):
        register(depot, Broken())
    assert depot.one("SELECT count(*) FROM etl.s3_listing") == 0
    assert depot.one("SELECT count(*) FROM etl.s3_objects") == 0
