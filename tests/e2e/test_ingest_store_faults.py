"""The store disturbs a run: the run recovers, or leaves the files to the next run."""

from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.engine import REREAD
from tests.support.ingest import Driver, medicines, name
from tests.support.proxy import Fault, proxy_of
from tests.support.s3 import Bucket
from tests.support.undisturbed import (
    HALF,
    PADDING,
    attempts,
    events,
    put_files,
    same_as_undisturbed,
    same_content,
)

pytestmark = pytest.mark.s3

BUSY = Fault("busy")


@pytest.mark.parametrize(
    ("fault", "error_class"),
    [
        (Fault("cut", HALF), "connection"),
        (Fault("short", HALF), "connection"),
        (Fault("stall", HALF), "connection"),
        (Fault("flip", HALF), "integrity"),
        (BUSY, "rate_limited"),
    ],
    ids=["cut-in-half", "shorter-than-its-length", "stalled", "does-not-fit-its-etag", "slow-down"],
)
def test_a_run_mends_a_disturbed_body_by_itself(
    fault: Fault, error_class: str, driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    with proxy_of(bucket.environment["AWS_ENDPOINT_URL_S3"], fault, only="Medicine") as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url, RAWCORE_S3_TIMEOUT="1")
    assert done.code == 0, done.err
    assert attempts(driver) == [("failed", error_class, True, None)]
    assert len(events(done.err, "landing failed")) == 1
    assert len(events(done.err, "pause before the next attempt")) == 1
    same_content(driver, undisturbed)


def test_a_slow_body_is_no_fault(driver: Driver, undisturbed: Driver, bucket: Bucket) -> None:
    put_files(bucket)
    with proxy_of(bucket.environment["AWS_ENDPOINT_URL_S3"], Fault("slow")) as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url)
    assert (done.code, attempts(driver)) == (0, []), done.err
    same_content(driver, undisturbed)


def test_a_burst_of_slow_down_is_waited_out(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    with proxy_of(bucket.environment["AWS_ENDPOINT_URL_S3"], *[BUSY] * 4) as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url)
    assert done.code == 0, done.err
    assert attempts(driver) == [("failed", "rate_limited", True, None)] * 4
    same_content(driver, undisturbed)


@pytest.mark.parametrize("algorithm", ["SHA256", "CRC64NVME"])
def test_a_checksum_that_the_store_names_is_compared(
    driver: Driver, other_database: Database, bucket: Bucket, algorithm: Any
) -> None:
    key = name("Medicine", 1)
    bucket.client.put_object(
        Bucket=bucket.name, Key=key, Body=medicines(1, 1_000, PADDING), ChecksumAlgorithm=algorithm
    )
    with proxy_of(bucket.environment["AWS_ENDPOINT_URL_S3"], Fault("flip", HALF)) as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url, RAWCORE_S3_MD5="false")
    assert done.code == 0, done.err
    assert attempts(driver) == [("failed", "integrity", True, None)]
    same_as_undisturbed(undisturbed := Driver(other_database, bucket.environment), undisturbed)
    assert driver.content() == undisturbed.content()


def test_an_object_that_changed_after_the_listing_is_loaded_by_the_next_run(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    first = name("Medicine", 1)
    right = bucket.client.get_object(Bucket=bucket.name, Key=first)["Body"].read()
    bucket.put(first, medicines(1, 3))
    assert driver.run("plan").code == 0
    with driver.started() as process:
        with driver.holding("etl.load_run_plan"):
            driver.until("count(*) = 1 FROM etl.load_runs")
            bucket.put(first, right)
        _, err = process.communicate()
    assert process.returncode == 1, err
    assert attempts(driver) == [("failed", "integrity", False, None)]
    same_as_undisturbed(driver, undisturbed)


def test_a_store_that_is_plainly_down_ends_the_run_and_leaves_the_files_free(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    with proxy_of(bucket.environment["AWS_ENDPOINT_URL_S3"], *[BUSY] * 100) as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url, RAWCORE_BREAKER="2", RAWCORE_JOBS="2")
    assert done.code == 3, done.err
    assert done.problem.startswith("The run ends after 4 faults in a row; the next run takes")
    assert len(proxy.operations()) <= 1 + 5  # the listing, and one more of the other worker
    assert set(driver.statuses().values()) == {"pending"}
    same_as_undisturbed(driver, undisturbed)


def test_a_file_is_tried_five_times_and_does_not_hold_up_the_others(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    endpoint, broken = bucket.environment["AWS_ENDPOINT_URL_S3"], name("Medicine", 1)
    with proxy_of(endpoint, *[Fault("short", HALF)] * 9, only=broken) as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url, RAWCORE_JOBS="1")
    assert done.code == 1, done.err
    assert attempts(driver) == [("failed", "connection", True, None)] * 5
    assert [path for _, path in proxy.requests if broken in path] == 5 * [proxy.requests[1][1]]
    assert driver.statuses().pop(broken) == "pending"
    assert list(driver.statuses().values()).count("processed") == 5
    same_as_undisturbed(driver, undisturbed)


def test_every_failed_listing_is_logged(driver: Driver, bucket: Bucket) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 3))
    endpoint = bucket.environment["AWS_ENDPOINT_URL_S3"]
    with proxy_of(endpoint, BUSY, BUSY, only="list-type") as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url)
    assert done.code == 0, done.err
    said = [(one["attempt"], one["problem"]) for one in events(done.err, "attempt failed")]
    assert said == [(n, "The store asks to slow down (SlowDown).") for n in (1, 2)]


def test_credentials_that_expire_end_the_run_and_leave_the_files_free(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    with proxy_of(bucket.environment["AWS_ENDPOINT_URL_S3"], *[Fault("expired")] * 9) as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url, RAWCORE_JOBS="1")
    assert (done.code, len(proxy.requests)) == (2, 2), done.err
    assert "does not accept the credentials (ExpiredToken)" in done.problem
    assert attempts(driver) == [("failed", "permission", True, None)]
    assert set(driver.statuses().values()) == {"pending"}
    same_as_undisturbed(driver, undisturbed)


def test_an_object_that_is_forbidden_waits_for_the_next_run(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    endpoint, secret = bucket.environment["AWS_ENDPOINT_URL_S3"], name("Vaccine", 2)
    with proxy_of(endpoint, *[Fault("denied")] * 9, only=secret) as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url)
    assert done.code == 1, done.err
    assert attempts(driver) == [("failed", "permission", True, None)]
    assert driver.statuses()[secret] == "pending"
    assert driver.run().code == 0
    assert driver.core() == undisturbed.core()


def test_objects_that_stay_broken_do_not_keep_what_landed_from_core(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    endpoint = bucket.environment["AWS_ENDPOINT_URL_S3"]
    with proxy_of(endpoint, *[Fault("short", HALF)] * 99, only="Medicine") as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url, RAWCORE_JOBS="1", RAWCORE_BREAKER="7")
    assert done.code == 3, done.err
    assert len(events(done.err, "landing ended early")) == 1
    states = driver.statuses()
    assert {states[name("Vaccine", day)] for day in (1, 2, 3)} == {"processed"}
    assert {states[name("Medicine", day)] for day in (1, 2, 3)} == {"pending"}
    same_as_undisturbed(driver, undisturbed)


def test_an_object_that_is_gone_when_it_is_read_again_goes_on_counting(
    driver: Driver, bucket: Bucket
) -> None:
    key = name("Medicine", 1)
    bucket.put(key, medicines(1, 3))
    assert driver.run().code == 0
    before = driver.places("raw", "stg", "core")
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    versions = bucket.client.list_object_versions(Bucket=bucket.name, Prefix=key)["Versions"]
    bucket.client.delete_object(
        Bucket=bucket.name, Key=key, VersionId=str(versions[0]["VersionId"])
    )
    driver.query(REREAD)
    done = driver.run()
    assert (done.code, attempts(driver)) == (1, [("failed", "not_found", False, None)]), done.err
    states = "SELECT reading, status FROM etl.load_run_files WHERE is_counting OR status = 'failed'"
    assert driver.query(states + " ORDER BY 1") == [
        {"reading": 1, "status": "processed"},
        {"reading": 2, "status": "failed"},
    ]
    assert driver.places("raw", "stg", "core") == before
