"""Several drivers share a run, or are refused."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ingest import Driver, medicines, name
from tests.support.proxy import Fault, Proxy, proxy_of
from tests.support.s3 import Bucket
from tests.support.undisturbed import HALF, PADDING, events, put_files, same_content

pytestmark = pytest.mark.s3

WAITING = "FROM pg_stat_activity WHERE application_name LIKE 'rawcore run%%' AND datname = %s"


@contextlib.contextmanager
def held(driver: Driver, bucket: Bucket) -> Iterator[tuple[Proxy, "subprocess.Popen[str]"]]:
    """Run a driver with one worker that waits in the middle of a file of medicines."""
    endpoint = bucket.environment["AWS_ENDPOINT_URL_S3"]
    with (
        proxy_of(endpoint, Fault("hold", HALF), only="Medicine") as proxy,
        driver.started("--jobs", "1", AWS_ENDPOINT_URL_S3=proxy.url) as first,
    ):
        assert proxy.stalled.wait(60)
        yield proxy, first


def test_a_joining_driver_lands_what_the_first_has_not_in_hand(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    with (
        held(driver, bucket) as (proxy, first),
        driver.started("--join", "1", "--jobs", "1") as joining,
    ):
        driver.until("count(file_hash) = 5 FROM etl.load_run_files")
        proxy.let_go()
        logs = first.communicate(timeout=60)[1], joining.communicate(timeout=60)[1]
    assert (first.returncode, joining.returncode) == (0, 0), logs
    landed = [one["file"] for log in logs for one in events(log, "landed")]
    assert len(landed) == len(set(landed)) == 6
    same_content(driver, undisturbed)


def test_second_run_is_refused_and_a_joining_driver_shares_the_work(
    driver: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    waits = f"count(*) = %s {WAITING} AND wait_event_type = 'Lock'"
    with driver.started("--jobs", "1") as first, contextlib.ExitStack() as stack:
        with driver.holding("etl.locks"):
            driver.until(waits.replace("%s", "1", 1), driver.database.name)
            refused = driver.run()
            assert refused.code == 4
            assert refused.problem.startswith("Another run holds source indici: ")
            joining = stack.enter_context(driver.started("--join", "1", "--jobs", "1"))
            driver.until(waits.replace("%s", "2", 1), driver.database.name)
        log, other_log = first.communicate(timeout=60)[1], joining.communicate(timeout=60)[1]
    assert (first.returncode, joining.returncode) == (0, 0), log + other_log
    done = driver.query(
        "SELECT load_run_file_id FROM etl.file_attempts"
        " WHERE action = 'process' AND outcome = 'succeeded'"
    )
    assert len(done) == len({one["load_run_file_id"] for one in done}) == 6
    assert len(events(log, "processed") + events(other_log, "processed")) == 6


def test_a_joining_driver_says_that_a_file_failed(driver: Driver, bucket: Bucket) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 1_000, PADDING))
    bucket.put(name("Vaccine", 1), b"")
    with (
        held(driver, bucket) as (proxy, first),
        driver.started("--join", "1", "--jobs", "1") as joining,
    ):
        driver.until("count(*) = 1 FROM etl.load_run_files WHERE status = 'failed'")
        proxy.let_go()
        logs = first.communicate(timeout=60)[1], joining.communicate(timeout=60)[1]
    assert (first.returncode, joining.returncode) == (1, 1), logs


def test_a_joining_driver_of_another_bucket_is_refused(
    driver: Driver, bucket: Bucket, tmp_path: Path
) -> None:
    put_files(bucket)
    with held(driver, bucket) as (proxy, first):
        refused = driver.run("--join", "1", S3_BUCKET_NAME=f"file://{tmp_path}")
        proxy.let_go()
        assert first.wait(60) == 0
    assert refused.problem.startswith(f"The file is in {bucket.name}, but this run reads file://")
    assert set(driver.statuses().values()) == {"processed"}
