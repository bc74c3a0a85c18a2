"""A feed of all extracts from S3 to core, with the real driver as etl_writer."""

import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from rawcore.demo.feed import FeedOptions, deliveries
from tests.support.databases import Database
from tests.support.engine import REREAD
from tests.support.ingest import Done, Driver, feed
from tests.support.proxy import Proxy, proxy_of
from tests.support.s3 import Bucket

# One database: all tests look at the same run.
pytestmark = pytest.mark.s3

OPTIONS = FeedOptions(seed=7, rows=900, batches=2, tenants=1)
COUNTS = "rows_ingested + rows_unchanged + rows_duplicate + rows_rejected"


@pytest.fixture(scope="module")
def loaded(
    module_database: Database, module_bucket: Bucket
) -> tuple[Driver, Done, list[tuple[str, str]]]:
    """The driver after a run over the whole feed, its end, and its requests to S3."""
    for delivery in deliveries(feed(), OPTIONS.seed, OPTIONS):
        module_bucket.put(delivery.key, delivery.body)
    environment = module_bucket.environment
    with proxy_of(environment["AWS_ENDPOINT_URL_S3"]) as proxy:
        seen = Driver(module_database, environment | {"AWS_ENDPOINT_URL_S3": proxy.url})
        seen.set_pseudonym_key()
        done = seen.run("--json")
        return Driver(module_database, environment), done, _asked(proxy)


def _asked(proxy: Proxy) -> list[tuple[str, str]]:
    return list(Counter(proxy.operations()).items())  # type: ignore[arg-type]


Loaded = tuple[Driver, Done, Any]


def test_every_readable_file_of_a_known_tenant_is_processed(loaded: Loaded) -> None:
    driver, done, _ = loaded
    assert done.code == 1, done.err  # one file of an unknown tenant is held
    assert Counter(driver.statuses().values()).keys() == {"processed", "held"}
    assert driver.value("SELECT count(DISTINCT extract) FROM etl.load_run_files") == 18
    report = json.loads(done.out)
    assert report["run"]["status"] == "succeeded"
    assert [one["problem"] for one in report["held"]] == [
        "tenant 999, 685146 is not in etl.tenants"
    ]


def test_counts_add_up_for_every_file(loaded: Loaded) -> None:
    driver, _, _ = loaded
    files = driver.query(
        f"SELECT extract, load_run_file_id AS file, rows_read, {COUNTS} AS counted,"
        " rows_read - rows_rejected_landing AS in_raw FROM etl.load_run_files"
        " WHERE status = 'processed'"
    )
    for one in files:
        raw = f"SELECT count(*) FROM raw.{one['extract']}_raw WHERE load_run_file_id = %s"
        assert one["rows_read"] == one["counted"]
        assert driver.value(raw, one["file"]) == one["in_raw"]


def test_every_core_row_joins_to_its_object_version_hash_batch_and_run(
    loaded: Loaded, module_bucket: Bucket
) -> None:
    driver, _, _ = loaded
    for table in driver.tables("core"):
        found = driver.query(
            f"SELECT count(*) AS rows, count(r.load_run_id) AS known,"
            " count(*) FILTER (WHERE f.date_extracted = t.date_extracted) AS dated"
            f" FROM {table} AS t LEFT JOIN core.files AS f USING (load_run_file_id)"
            " LEFT JOIN etl.load_runs AS r ON r.load_run_id = t.load_run_id"
            " AND r.load_run_id = f.load_run_id"
        )[0]
        assert found["rows"] == found["known"] == found["dated"] > 0, table
    for file in driver.query("SELECT * FROM core.files WHERE file_hash IS NOT NULL"):
        answer = module_bucket.client.get_object(
            Bucket=file["s3_bucket"], Key=file["s3_key"], VersionId=file["s3_version_id"]
        )
        assert hashlib.sha256(answer["Body"].read()).hexdigest() == file["file_hash"]


def test_all_that_is_asked_of_s3_is_listing_and_reading(loaded: Loaded) -> None:
    driver, _, asked = loaded
    found = dict(asked)
    objects = driver.value("SELECT count(*) FROM etl.load_run_files WHERE file_hash IS NOT NULL")
    assert {name.split(" ")[1] for name in found} == {"LIST", "OBJECT"}
    assert found["GET OBJECT"] == objects
    assert [name for name in found if "LIST" in name] == ["GET LIST encoding-type list-type prefix"]


def test_odd_prefixes_are_read_and_names_that_fit_no_pattern_reported(loaded: Loaded) -> None:
    driver, done, _ = loaded
    done = driver.run("plan", "--json")
    plan = json.loads(done.out)
    problems = {one["s3_key"]: one["name_problem"] for one in plan["unreadable"]}
    assert problems == {
        "indici/read me first.txt": "the name fits no pattern of the source",
        "indici/export.log": "the name fits no pattern of the source",
    }
    assert plan["listing"]["unparsed"] == 2
    odd = [key for key in driver.statuses() if key.startswith("C:/Jobs/")]
    assert odd
    assert {driver.statuses()[key] for key in odd} == {"processed"}


def test_no_health_number_of_raw_is_anywhere_else(loaded: Loaded) -> None:
    driver, done, _ = loaded
    numbers = [
        one["nhi_number"]
        for one in driver.query(
            "SELECT DISTINCT nhi_number FROM raw.patients_raw WHERE nhi_number IS NOT NULL"
        )
    ]
    assert numbers
    said = done.out + done.err
    assert [number for number in numbers if number in said] == []
    for table in [*driver.tables("core"), *driver.tables("etl")]:
        if not table.startswith("etl.rejects_"):  # rejects hold the row as delivered
            found = f"SELECT count(*) FROM {table} AS t WHERE t::text ~ %s"
            assert driver.value(found, "|".join(numbers)) == 0, table


def test_second_run_does_nothing_and_asks_for_no_object(
    loaded: Loaded, module_bucket: Bucket
) -> None:
    driver, _, _ = loaded
    before = driver.places("raw", "stg", "core")
    with proxy_of(module_bucket.environment["AWS_ENDPOINT_URL_S3"]) as proxy:
        done = driver.run(AWS_ENDPOINT_URL_S3=proxy.url)
    left = "1 file(s) are held; 2 file name(s) cannot be read: see `python ingest.py plan`"
    assert (done.code, done.out) == (0, f"Nothing to do; {left}.\n")
    assert {operation.split(" ")[1] for operation in proxy.operations()} == {"LIST"}
    assert driver.places("raw", "stg", "core") == before


def test_reading_everything_again_gives_the_same_rows_and_counts(loaded: Loaded) -> None:
    driver, _, _ = loaded
    before = driver.core()
    driver.query(REREAD)
    done = driver.run("--json")
    assert done.code == 1, done.err  # the held file
    assert json.loads(done.out)["run"]["status"] == "succeeded"
    assert driver.core() == before
    assert driver.value(f"SELECT bool_and(rows_read = {COUNTS}) FROM etl.load_run_files") is True
    assert set(driver.statuses().values()) == {"processed", "held"}


def test_verify_finds_nothing_wrong_and_says_what_is(loaded: Loaded) -> None:
    driver, _, _ = loaded
    done = driver.run("verify")
    assert (done.code, done.out) == (
        0,
        "18 extract(s) verified: raw, stg, core and counts agree.\n",
    )
    file = driver.value(
        "UPDATE etl.load_run_files SET rows_read = rows_read + 1 WHERE load_run_file_id ="
        " (SELECT min(load_run_file_id) FROM etl.load_run_files WHERE extract = 'medicine'"
        " AND is_counting)"
        " RETURNING load_run_file_id"
    )
    done = driver.run("verify", "medicine", "--json")
    assert done.code == 1
    assert {one["load_run_file_id"] for one in json.loads(done.out)} == {file}
    assert driver.run("verify", "no_such_extract").problem.startswith("RC006: there is no extract")
