"""The options of a run: one document, checked in one place, recorded with the run."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.engine import Engine

READ = "SELECT * FROM etl.read_options('depot', %s)"


def read(depot: Engine, **options: Any) -> dict[str, Any]:
    """Return what the engine reads, by name, as the driver's login asks for it."""
    with depot.driver() as driver:
        cursor = driver.execute(READ, [Jsonb(options)])
        (row,) = cursor.fetchall()
        return dict(zip([one.name for one in cursor.description or ()], row, strict=True))


def refusal(depot: Engine, options: Any, source: str = "depot") -> psycopg.Error:
    with depot.driver() as driver, pytest.raises(psycopg.Error) as caught:
        driver.execute("SELECT etl.start_run(%s, %s)", [source, Jsonb(options)])
    return caught.value


def test_no_options_mean_everything_that_is_pending(module_depot: Engine) -> None:
    assert read(module_depot) == {
        "mode": "new",
        "first_batch": None,
        "last_batch": None,
        "extracts": None,
        "prefix": None,
        "bucket": None,
        "is_forced": False,
        "jobs": 1,
        "overrides": {},
        "note": None,
    }


@pytest.mark.parametrize(
    ("options", "mode", "first", "last"),
    [
        ({"batch": "2025-07-06 12:00"}, "batch", "2025-07-06 12:00", "2025-07-06 12:00"),
        ({"from": "2025-07-06 12:00"}, "backfill", "2025-07-06 12:00", None),
        ({"to": "2025-07-06T12:00:00"}, "backfill", None, "2025-07-06 12:00"),
        ({"mode": "latest"}, "latest", None, None),
    ],
)
def test_batches_say_the_mode(
    module_depot: Engine, options: dict[str, str], mode: str, first: str | None, last: str | None
) -> None:
    found = read(module_depot, **options)
    bounds = [
        found[name] and f"{found[name]:%Y-%m-%d %H:%M}" for name in ("first_batch", "last_batch")
    ]
    assert [found["mode"], *bounds] == [mode, first, last]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"colour": "red"}, "there is no option colour"),
        ([], "the options of a run are a JSON object, not array"),
        ({"mode": "newest"}, 'the option mode cannot be "newest"'),
        ({"kind": "whole"}, 'the option kind cannot be "whole"'),
        ({"batch": "now"}, 'the option batch cannot be "now"'),
        ({"batch": "2025-02-30 12:00"}, 'the option batch cannot be "2025-02-30 12:00"'),
        ({"jobs": 0}, "the option jobs cannot be 0"),
        ({"jobs": 1.5}, "the option jobs cannot be 1.5"),
        ({"extracts": "picks"}, 'the option extracts cannot be "picks"'),
        ({"extracts": ["picks", 1]}, 'the option extracts cannot be ["picks", 1]'),
        ({"overrides": []}, "the option overrides cannot be []"),
        ({"force": "yes"}, 'the option force cannot be "yes"'),
        ({"note": None}, "the option note cannot be null"),
        ({"mode": "batch"}, "mode batch needs the option batch"),
        ({"mode": "backfill"}, "mode backfill needs the option from, to, or both"),
        (
            {"mode": "latest", "batch": "2025-07-06 12:00"},
            "the option batch needs mode batch, and excludes from and to",
        ),
        (
            {"mode": "new", "to": "2025-07-06 12:00"},
            "the options from and to need mode backfill",
        ),
        (
            {"from": "2025-07-07 12:00", "to": "2025-07-06 12:00"},
            "the option from is later than the option to",
        ),
        ({"overrides": {"reject_rate": "2"}}, "a run cannot set reject_rate=2"),
        (
            {"overrides": {"hold_incomplete_batches": "x"}},
            "a run cannot set hold_incomplete_batches=x",
        ),
    ],
)
def test_what_a_run_cannot_have_is_refused(
    module_depot: Engine, options: Any, problem: str
) -> None:
    error = refusal(module_depot, options)
    assert (error.sqlstate, error.diag.message_primary) == ("RC009", problem)
    assert error.diag.message_hint
    assert module_depot.one("SELECT count(*) FROM etl.load_runs") == 0


def test_an_unknown_extract_is_refused_with_those_there_are(module_depot: Engine) -> None:
    error = refusal(module_depot, {"extracts": ["picks", "peaks"]})
    assert (error.sqlstate, error.diag.message_primary) == ("RC006", "there is no extract peaks")
    assert "bins" in str(error.diag.message_hint)


def test_an_unknown_source_is_refused(module_depot: Engine) -> None:
    assert refusal(module_depot, {}, "deport").sqlstate == "RC003"


@pytest.mark.parametrize("style", ["German, DMY", "SQL, MDY"])
def test_options_mean_the_same_whatever_the_session_says(module_depot: Engine, style: str) -> None:
    with module_depot.driver() as driver:
        driver.execute("SELECT set_config('DateStyle', %s, false)", [style])
        row = driver.execute(
            "SELECT first_batch = make_timestamp(2025, 7, 6, 12, 0, 0)"
            """ FROM etl.read_options('depot', '{"batch": "2025-07-06 12:00"}')"""
        ).fetchone()
    assert row == (True,)


def test_a_run_is_planned_by_the_options_that_are_recorded(depot: Engine) -> None:
    for day in (6, 7):
        depot.deliver("picks", [["a", "1", "1", "10"]], f"2025-07-{day:02d} 12:00")
    depot.run("retry")  # registers them and lands nothing
    options = {"batch": "2025-07-07 12:00", "note": "by hand", "bucket": f"file://{depot.folder}"}
    with depot.driver() as driver:
        (run_id,) = driver.execute(
            "SELECT etl.start_run('depot', %s)", [Jsonb(options)]
        ).fetchone() or (0,)
        assert driver.execute("SELECT etl.plan_run(%s)", [run_id]).fetchone() == (1,)
    kept = "SELECT mode, notes, trigger, parameters FROM etl.load_runs WHERE load_run_id = %s"
    assert depot.query(kept, run_id) == [("batch", "by hand", "driver", options)]
    assert depot.query(
        "SELECT f.s3_key, p.action FROM etl.load_run_plan AS p"
        " JOIN etl.load_run_files AS f USING (load_run_file_id)"
    ) == [("picks_delta_202507071200", "land")]


def test_files_of_another_bucket_are_left(depot: Engine) -> None:
    depot.deliver("picks", [["a", "1", "1", "10"]])
    depot.run("retry")
    plan = "SELECT action, reason FROM etl.plan_files('depot', %s)"
    assert depot.query(plan, Jsonb({"bucket": "another"})) == [
        ("leave", f"is in another bucket: file://{depot.folder}")
    ]
    assert depot.query(plan, Jsonb({})) == [("land", "new")]
