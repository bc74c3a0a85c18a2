"""Reports of `plan` and `run` about batches and files that they leave; records of a run."""

import json

import pytest

from tests.support.ingest import Driver, feed, medicines, name
from tests.support.s3 import Bucket

pytestmark = pytest.mark.s3

HOLD = ("--set", "hold_incomplete_batches=true")
LACKING = [e.extract for e in feed().load_order() if e.extract != "medicine"]


def test_an_incomplete_batch_is_held_back_and_said(driver: Driver, bucket: Bucket) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 3))
    done = driver.run(*HOLD)
    said = "1 file(s) are held; a batch is held back because it is not complete"
    assert (done.code, done.out) == (1, f"Nothing to do; {said}: see `python ingest.py plan`.\n")
    plan = json.loads(driver.run("plan", "--json", *HOLD).out)
    assert [(one["action"], one["reason"]) for one in plan["plan"]] == [
        ("hold", f"held: its batch lacks {', '.join(LACKING)}")
    ]
    assert plan["batches"][0]["missing"] == LACKING
    assert driver.value("SELECT count(*) FROM etl.load_runs") == 0
    released = ("--batch", "2509010100", "--set", "hold_incomplete_batches=false")
    done = driver.run(*released, "--note", "ticket 4711")
    assert (done.code, driver.value("SELECT notes FROM etl.load_runs")) == (0, "ticket 4711")
    assert list(driver.statuses().values()) == ["processed"]


def test_a_missing_extract_is_reported_and_the_rest_is_loaded(
    driver: Driver, bucket: Bucket
) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 3))
    done = driver.run("--json", "--note", "the rest comes later")
    assert done.code == 0, done.err
    (batch,) = json.loads(done.out)["incomplete"]
    assert (batch["tenant"], batch["missing"]) == (["535", "685146"], LACKING)
    said = [json.loads(line) for line in done.err.splitlines()]
    assert [one["missing"] for one in said if one["event"] == "batch incomplete"] == [LACKING]
    assert driver.value("SELECT batches_incomplete FROM etl.health") == 1


def test_the_plan_shows_order_sizes_reasons_and_an_estimate(driver: Driver, bucket: Bucket) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 3))
    driver.run()
    for day in (3, 2):
        bucket.put(name("Medicine", day), medicines(1, 3))
    bucket.put(name("Medicine", 1), medicines(1, 4))
    plan = json.loads(
        driver.run("plan", "--json", "--from", "2025-09-01", "--to", "2509020100").out
    )
    shown = [(one["s3_key"], one["action"], one["reason"]) for one in plan["plan"]]
    assert shown == [
        (name("Medicine", 1), "land", "new version"),
        (name("Medicine", 2), "land", "new"),
        (name("Medicine", 3), "leave", "left out by the options of this run"),
    ]
    sizes = [one["size_bytes"] for one in plan["plan"]]
    assert (plan["bytes_to_land"], plan["done"]) == (sum(sizes[:2]), {"processed": 1})
    assert plan["estimated_seconds"] > 0
    text = driver.run("plan").out
    assert "Done before: 1 processed." in text
    assert f"3 file(s) to do, {sum(sizes):,} bytes to land, about " in text


def test_what_a_run_was_told_is_kept_with_it(driver: Driver, bucket: Bucket) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 3))
    told = ("--kind", "full", "--set", "reject_rate=0.5", "--set", "mirror=false")
    assert driver.run(*told, "--note", "checked by hand").code == 0
    (kept,) = driver.query("SELECT mode, notes, parameters FROM etl.load_runs")
    assert (kept["mode"], kept["notes"]) == ("new", "checked by hand")
    assert kept["parameters"]["kind"] == "full"
    assert kept["parameters"]["overrides"] == {"reject_rate": "0.5", "mirror": "false"}


def test_an_extract_that_is_none_is_refused_before_anything_is_done(driver: Driver) -> None:
    for command in ("run", "plan"):
        done = driver.run(command, "--extract", "medicines")
        assert done.code == 2
        assert done.problem.startswith("RC006: there is no extract medicines. Extracts: ")
