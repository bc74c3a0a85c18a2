"""What the driver asks: functions of the schema etl, called as the driver calls them."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from rawcore.driver.session import Connection, ask, connect, value
from rawcore.errors import EngineRefused
from rawcore.settings import load_settings
from tests.support.engine import Engine

PICKS = [["a", "1", "1", "10"]]
RAGGED = b"a|1|1|10\na|1\na|2|1|10\na|1|1|1|1\na|3|1|10\n"


@pytest.fixture
def driver(depot: Engine) -> Iterator[Connection]:
    """A session of the driver's own making, as etl_writer."""
    with closing(connect(depot.database.driver_url, load_settings(), "rawcore test")) as session:
        yield session


def test_a_session_is_the_writer_in_utc_without_limits(depot: Engine) -> None:
    url = depot.database.driver_url
    url += f"{'&' if '?' in url else '?'}options=-c%20DateStyle%3DGerman"
    shown = {}
    for name in ("role", "TimeZone", "DateStyle", "statement_timeout", "idle_session_timeout"):
        with closing(connect(url, load_settings(), "rawcore test")) as driver:
            row = driver.execute("SELECT current_setting(%s) AS it", [name]).fetchone() or {}
        shown[name] = row["it"]
    assert shown == {
        "role": "etl_writer",
        "TimeZone": "UTC",
        "DateStyle": "ISO, YMD",
        "statement_timeout": "0",
        "idle_session_timeout": "0",
    }


def test_sources_and_extracts_are_listed_with_their_shapes(
    depot: Engine, driver: Connection
) -> None:
    (source,) = ask(driver, "list_sources")
    assert (source["source"], source["header"]) == ("depot", False)
    extracts = {row["extract"]: row for row in ask(driver, "list_extracts", "depot")}
    assert list(extracts) == [
        name for (name,) in depot.query("SELECT extract FROM etl.extracts ORDER BY load_order")
    ]
    assert extracts["picks"] == {
        "extract": "picks",
        "raw_table": "raw.picks_raw",
        "ragged_rows": "reject",
        "shapes": {"4": "files"},
    }


def test_files_are_counted_by_state(depot: Engine, driver: Connection) -> None:
    assert ask(driver, "count_files", "depot") == []
    depot.ingest("picks", PICKS)
    (row,) = ask(driver, "count_files", "depot")
    assert (row["status"], row["files"], row["bytes"]) == ("processed", 1, 9)


def test_a_plan_holds_and_chooses(depot: Engine, driver: Connection) -> None:
    depot.deliver("picks", PICKS)
    depot.run("retry")
    options: dict[str, Any] = {"overrides": {"hold_incomplete_batches": "true"}}
    (held,) = ask(driver, "held_files", "depot", options)
    assert held["reason"].startswith("held: its batch lacks ")
    assert ask(driver, "held_files", "depot", {}) == []
    chosen = {"files": 1, "newest_batch": "2025-07-06 12:00"}
    assert ask(driver, "chosen_files", "depot", {"prefix": "picks"}) == [chosen]
    assert ask(driver, "chosen_files", "depot", {"from": "2025-07-07 00:00"}) == [
        chosen | {"files": 0}
    ]


def test_a_run_can_be_joined_while_it_runs_from_the_same_bucket(
    depot: Engine, driver: Connection
) -> None:
    depot.deliver("picks", PICKS)
    depot.run("retry")
    run = value(driver, "start_run", "depot", {})
    assert value(driver, "plan_run", run) == 1
    bucket = f"file://{depot.folder}"
    assert value(driver, "join_run", "depot", run, bucket) is None
    assert value(driver, "join_run", "depot", run, "another") == bucket
    ask(driver, "finish_run", run)
    with pytest.raises(EngineRefused, match=f"RC001: run {run} of source depot is not running"):
        ask(driver, "join_run", "depot", run, bucket)


def test_lines_are_numbered_from_any_line_and_go_on_after_a_reject(depot: Engine) -> None:
    file = depot.ingest("picks", RAGGED)
    assert (file.rows_read, file.rows_rejected_landing) == (5, 2)
    assert depot.query("SELECT line_no FROM raw.picks_raw ORDER BY 1") == [(1,), (3,), (5,)]
    assert depot.query("SELECT line_no FROM etl.rejects_picks ORDER BY 1") == [(2,), (4,)]


def test_what_a_run_did_is_reported(depot: Engine, driver: Connection) -> None:
    depot.deliver("picks", PICKS)
    depot.deliver("bins", b"", "2025-07-07 12:00")
    run = depot.run()
    assert ask(driver, "run_progress", run) == [{"files_done": 2, "files_failed": 1}]
    (attempt,) = ask(driver, "attempts_of_run", run, 0)
    assert (attempt["extract"], attempt["outcome"], attempt["rows"]) == ("picks", "succeeded", 1)
    assert ask(driver, "attempts_of_run", run, attempt["attempt"]) == []
    assert [row["extract"] for row in ask(driver, "summary_of_run", run)] == ["picks", "bins"]
    (left,) = ask(driver, "open_files", run)
    assert (left["extract"], left["status"], left["error_class"]) == (
        "bins",
        "failed",
        "bad_content",
    )
    (newest,) = ask(driver, "newest_runs", "depot")
    assert (newest["load_run_id"], newest["status"]) == (run, "partial")
    assert ask(driver, "report_health") == ask_health(depot)


def ask_health(depot: Engine) -> list[dict[str, Any]]:
    cursor = depot.owner.execute("SELECT * FROM etl.health")
    names = [one.name for one in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def test_files_of_other_sessions_and_interrupted_ones_are_found(
    depot: Engine, driver: Connection
) -> None:
    depot.deliver("picks", PICKS)
    run = depot.run(process=False)
    attempt = value(driver, "next_file", run, None)
    others = [ask(driver, "files_with_others", run, pids) for pids in ([], [own(driver)])]
    assert [len(found) for found in others] == [1, 0]
    assert ask(driver, "interrupted_files", run) == []
    driver.execute("CALL etl.fail_processing(%s, '53100', '')", [attempt])
    assert ask(driver, "interrupted_files", run) == [{"files": 1, "sqlstate": "53100"}]


def own(session: Connection) -> int:
    return session.info.backend_pid


@pytest.mark.parametrize("style", ["ISO, YMD", "German, DMY", "SQL, MDY"])
def test_a_round_begins_at_one_time_in_every_session(driver: Connection, style: str) -> None:
    driver.execute("SELECT set_config('DateStyle', %s, false)", [style])
    driver.execute("SET TimeZone = 'Pacific/Auckland'")
    row = driver.execute("""
        SELECT etl.begin_round('2025-07-06T12:00:00.123456Z')
            = current_setting('rawcore.round_began')::timestamptz AS is_same
    """).fetchone()
    assert row == {"is_same": True}


def test_workers_share_the_begin_of_a_round(driver: Connection) -> None:
    began = value(driver, "begin_round")
    assert value(driver, "begin_round", began) == began


def test_names_that_cannot_be_read_are_listed(depot: Engine, driver: Connection) -> None:
    for name in ("a.txt", "b.txt"):
        (depot.folder / name).write_bytes(b"x")
    depot.run()
    assert [row["s3_key"] for row in ask(driver, "unread_names", "depot")] == ["a.txt", "b.txt"]
    assert len(ask(driver, "unread_names", "depot", 1)) == 1


def test_a_key_is_known_by_any_name_of_its_table(driver: Connection) -> None:
    names = ("picks", "stg.picks", "core.fact_picks", "fact_picks")
    found = [ask(driver, "key_columns", name) for name in names]
    assert found[1:] == found[:-1]
    assert found[0][0]["natural_key"]
    assert ask(driver, "key_columns", "nothing") == []


def test_a_mark_belongs_to_its_session(depot: Engine, driver: Connection) -> None:
    driver.execute("SET rawcore.mark = 'ours'")
    assert ask(driver, "session_mark") == [{"pid": own(driver), "mark": "ours"}]
    with closing(connect(depot.database.driver_url, load_settings(), "rawcore test")) as other:
        assert ask(other, "session_mark") == [{"pid": own(other), "mark": None}]


def test_take_file_answers_yes_once_and_no_to_a_worker_that_lost_its_file(
    depot: Engine, driver: Connection
) -> None:
    depot.deliver("picks", PICKS)
    run = depot.run(process=False)
    lost = value(driver, "next_file", run, None)
    depot.query("UPDATE etl.file_attempts SET started_at = started_at - interval '1 minute'")
    with closing(connect(depot.database.driver_url, load_settings(), "rawcore test")) as other:
        taken = value(other, "next_file", run, None)
        assert [value(other, "take_file", one) for one in (taken, lost)] == [True, False]
