"""The driver is killed, delayed, or not alone: a later plain run completes the work."""

import gzip
import json
import signal
from typing import Any

import pytest

from rawcore.driver.session import connect, refuse_pooler
from rawcore.errors import PooledConnection
from rawcore.settings import Settings
from tests.support.archives import zstd
from tests.support.databases import Database
from tests.support.ingest import Driver, body, kill, medicines, name, row
from tests.support.proxy import Fault, Proxy, proxy_of
from tests.support.s3 import Bucket
from tests.support.undisturbed import (
    HALF,
    events,
    put_files,
    same_as_undisturbed,
)

pytestmark = pytest.mark.s3

WAITING = "FROM pg_stat_activity WHERE application_name LIKE 'rawcore run%%' AND datname = %s"
STALL = Fault("stall", HALF)
COPYING = "count(*) = 1 FROM pg_stat_progress_copy WHERE datname = current_database()"
IN_WORK = "(SELECT count(*) FROM etl.load_run_files WHERE status = %s) = %s"


def via(proxy: Proxy) -> dict[str, str]:
    """Settings for a proxy and one worker."""
    return {"AWS_ENDPOINT_URL_S3": proxy.url, "RAWCORE_JOBS": "1"}


def test_killed_in_the_middle_of_copy(driver: Driver, undisturbed: Driver, bucket: Bucket) -> None:
    put_files(bucket)
    endpoint = bucket.environment["AWS_ENDPOINT_URL_S3"]
    with proxy_of(endpoint, STALL) as proxy, driver.started(**via(proxy)) as process:
        assert proxy.stalled.wait(60)
        driver.until(COPYING)
        kill(process)
    assert driver.value("SELECT count(*) FROM raw.medicine_raw") == 0
    same_as_undisturbed(driver, undisturbed)
    runs = driver.query("SELECT status, notes FROM etl.load_runs ORDER BY load_run_id")
    assert runs[0] == {"status": "failed", "notes": "its driver died"}


def test_killed_between_landing_and_processing(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    with driver.holding("etl.locks"), driver.started() as process:
        driver.until(IN_WORK, "landed", 6)
        driver.until(f"count(*) > 0 {WAITING} AND wait_event_type = 'Lock'", driver.database.name)
        kill(process)
    same_as_undisturbed(driver, undisturbed)


def test_killed_inside_process_batch(driver: Driver, undisturbed: Driver, bucket: Bucket) -> None:
    put_files(bucket)
    with driver.holding("core.dim_medicine"), driver.started() as process:
        driver.until(f"count(*) > 0 {WAITING} AND wait_event_type = 'Lock'", driver.database.name)
        kill(process)
        driver.until(f"count(*) = 0 {WAITING}", driver.database.name)
    same_as_undisturbed(driver, undisturbed)


def test_sigterm_ends_cleanly(driver: Driver, undisturbed: Driver, bucket: Bucket) -> None:
    put_files(bucket)
    endpoint = bucket.environment["AWS_ENDPOINT_URL_S3"]
    with proxy_of(endpoint, STALL) as proxy, driver.started(**via(proxy)) as process:
        assert proxy.stalled.wait(60)
        driver.until(COPYING)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 143
    assert (
        "Stopped by SIGTERM: unfinished files are rolled back, and the next run takes them." in err
    )
    assert driver.value("SELECT count(*) FROM raw.medicine_raw") == 0
    assert driver.value("SELECT count(*) FROM etl.load_runs WHERE status = 'running'") == 0
    same_as_undisturbed(driver, undisturbed)


def test_sigterm_while_processing_ends_cleanly(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    waits = f"count(*) > 0 {WAITING} AND wait_event_type = 'Lock'"
    with driver.holding("core.dim_medicine"), driver.started() as process:
        driver.until(waits, driver.database.name)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 143, err
        driver.until(f"count(*) = 0 {WAITING}", driver.database.name)
    assert driver.value("SELECT count(*) FROM etl.load_runs WHERE status = 'running'") == 0
    same_as_undisturbed(driver, undisturbed)


def test_every_step_of_a_file_is_a_log_line(driver: Driver, bucket: Bucket) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 3))
    log = driver.run().err
    (landed,), (processed,) = events(log, "landed"), events(log, "processed")
    assert landed["key"] == processed["key"] == name("Medicine", 1)
    assert (landed["rows"], processed["ingested"], processed["path"]) == (3, 3, "in order")
    assert landed["bytes"] == processed["bytes"] == len(medicines(1, 3))
    whole = [json.loads(line) for line in log.splitlines()]
    steps = ("listed", "planned", "landed", "processed", "finished")
    assert [one["event"] for one in whole if one["event"] in steps] == list(steps)
    assert [one["run"] for one in whole if one["event"] in steps[1:]] == [1] * 4
    told = {"run", "file", "key", "attempt", "rows", "bytes", "seconds", "timestamp", "level"}
    assert [told - one.keys() for one in (landed, processed)] == [set(), set()]


def test_joining_a_run_that_is_not_under_way(driver: Driver) -> None:
    done = driver.run("--join", "42")
    assert done.code == 2
    assert done.problem.startswith("RC001: run 42 of source indici is not running. ")


def test_compressed_objects_are_read_whatever_their_name(driver: Driver, bucket: Bucket) -> None:
    bucket.put(name("Medicine", 1), gzip.compress(medicines(1, 3)))
    bucket.put(name("Medicine", 2) + ".csv", zstd.compress(medicines(4, 6)))
    assert driver.run().code == 0
    assert driver.value("SELECT count(*) FROM core.dim_medicine") == 6


# Corrections: another version of a key.


def test_another_version_of_a_key_takes_the_place_of_the_one_before(
    driver: Driver, bucket: Bucket
) -> None:
    key = name("Medicine", 1)
    first = bucket.put(key, medicines(1, 3, name="wrong"))
    assert driver.run().code == 0
    second = bucket.put(key, medicines(2, 4, name="right"))
    assert driver.run().code == 0
    files = driver.query(
        "SELECT s3_version_id, status, is_counting FROM etl.load_run_files ORDER BY 1 = 1,"
        " load_run_file_id"
    )
    assert files == [
        {"s3_version_id": first, "status": "superseded", "is_counting": False},
        {"s3_version_id": second, "status": "processed", "is_counting": True},
    ]
    core = driver.query("SELECT medicine_id, medicine_name FROM core.dim_medicine ORDER BY 1")
    assert core == [{"medicine_id": n, "medicine_name": "right"} for n in (2, 3, 4)]


def test_version_that_fails_leaves_the_one_before_counting(driver: Driver, bucket: Bucket) -> None:
    key = name("Medicine", 1)
    bucket.put(key, medicines(1, 3))
    assert driver.run().code == 0
    before = driver.core()
    bucket.put(key, medicines(1, 3)[:-1])
    assert driver.run().code == 1
    assert driver.core() == before


def test_content_that_was_corrected_and_put_back_counts_again(
    driver: Driver, bucket: Bucket
) -> None:
    key, right, wrong = name("Medicine", 1), medicines(1, 3, "right"), medicines(1, 2, "wrong")
    for content in (right, wrong, right):
        bucket.put(key, content)
        assert driver.run().code == 0
    core = driver.query("SELECT medicine_id, medicine_name FROM core.dim_medicine ORDER BY 1")
    assert core == [{"medicine_id": n, "medicine_name": "right"} for n in (1, 2, 3)]


def test_same_content_as_a_new_version_changes_nothing(driver: Driver, bucket: Bucket) -> None:
    key = name("Medicine", 1)
    bucket.put(key, medicines(1, 3))
    assert driver.run().code == 0
    before = driver.places("raw", "stg", "core")
    bucket.put(key, medicines(1, 3))
    done = driver.run()
    assert done.code == 0, done.err
    assert driver.places("raw", "stg", "core") == before


# Sessions.


def test_pooler_in_transaction_mode_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings()
    connection = connect(database.driver_url, settings, "test")
    refuse_pooler(connection, database.driver_url, settings)
    monkeypatch.setattr("rawcore.driver.session.connect", lambda *_: connection)
    with pytest.raises(PooledConnection, match="connect to PostgreSQL directly"):
        refuse_pooler(connection, database.driver_url, settings)


def test_folder_is_read_like_a_bucket(driver: Driver, tmp_path: Any) -> None:
    path = tmp_path / "odd prefix" / name("Medicine", 1)
    path.parent.mkdir()
    path.write_bytes(medicines(1, 3))
    done = driver.run(S3_BUCKET_NAME=f"file://{tmp_path}")
    assert done.code == 0
    (file,) = driver.query("SELECT s3_bucket, s3_key, s3_version_id, file_hash FROM core.files")
    assert file["s3_bucket"] == f"file://{tmp_path}"
    assert file["s3_key"] == f"odd prefix/{name('Medicine', 1)}"
    assert file["s3_version_id"] == f"sha256:{file['file_hash']}"


def test_files_of_another_bucket_are_left(driver: Driver, bucket: Bucket, tmp_path: Any) -> None:
    bucket.put(name("Medicine", 1), b"")
    assert driver.run().code == 1
    bucket.put(name("Medicine", 2), medicines(1, 3))
    assert driver.run("plan").code == 0  # registered, not landed
    (tmp_path / name("Vaccine", 1)).write_bytes(body([row("vaccine", vaccine_id="1")]))
    done = driver.run(S3_BUCKET_NAME=f"file://{tmp_path}")
    assert done.code == 0, done.out
    assert sorted(driver.statuses().values()) == ["failed", "pending", "processed"]
    assert driver.run().code == 0


def test_sigterm_is_heard_while_the_store_does_not_answer(driver: Driver, bucket: Bucket) -> None:
    put_files(bucket)
    endpoint = bucket.environment["AWS_ENDPOINT_URL_S3"]
    with (
        proxy_of(endpoint, Fault("hold"), only="Medicine") as proxy,
        driver.started("--jobs", "1", RAWCORE_S3_TIMEOUT="600", **via(proxy)) as process,
    ):
        assert proxy.stalled.wait(60)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 143, err
    assert "processed" not in driver.statuses().values()
