"""The server's log holds no field content, whatever ends a landing, and however much is logged."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from codegen.migration import migrate
from rawcore.local.server import Server
from tests.support.databases import Cluster
from tests.support.home import doomed_server, home
from tests.support.ingest import Driver, body, medicines, name, row
from tests.support.proxy import Fault, proxy_of
from tests.support.s3 import Bucket

pytestmark = pytest.mark.s3

CANARY = "Quillcombe Zephyrine ZZZ0016"
FILE = medicines(1, 20_000, CANARY)
STALL = Fault("stall", len(FILE) // 2)
ALL_STATEMENTS = {"log_min_duration_statement": "0"}
AS_SHIPPED = {"log_error_verbosity": "default", "log_parameter_max_length": "-1"}
COPYING = "count(*) = 1 FROM pg_stat_progress_copy WHERE tuples_processed > 0"


@contextmanager
def driver_on(server: Server, bucket: Bucket) -> Iterator[Driver]:
    server.start()
    try:
        cluster = Cluster(server.superuser_url())
        cluster.make_logins()
        database = cluster.create("logged", "template0")
        migrate.apply(database.admin_url, report=lambda _: None)
        cluster.grant_members(database)
        driver = Driver(database, bucket.environment)
        driver.set_pseudonym_key()
        yield driver
    finally:
        server.remove()


def server_with(settings: dict[str, str]) -> Server:
    doomed = doomed_server()
    return Server(home() / "logged", doomed.pgbin, {**doomed.settings, **settings})


def load_bad_rows(driver: Driver, bucket: Bucket) -> None:
    """Load a file with a row that raw cannot hold and one whose value is none."""
    rows = [row("medicine", medicine_id=one, medicine_name=CANARY) for one in ("1", "2", "x")]
    bucket.put(name("Medicine", 1), body([*rows, f"{rows[0]}|^^|{CANARY}"]))
    assert driver.run("--set", "reject_rate=1").code == 0
    assert driver.value("SELECT count(*) FROM etl.rejects WHERE row_text <> ''") == 2


def test_sigterm_while_landing_leaves_no_row_in_the_log_of_a_server_as_it_is_shipped(
    bucket: Bucket,
) -> None:
    server = server_with(ALL_STATEMENTS | AS_SHIPPED)
    with driver_on(server, bucket) as driver:
        load_bad_rows(driver, bucket)
        bucket.put(name("Medicine", 2), FILE)
        endpoint = bucket.environment["AWS_ENDPOINT_URL_S3"]
        with (
            proxy_of(endpoint, STALL) as proxy,
            driver.started(AWS_ENDPOINT_URL_S3=proxy.url) as process,
        ):
            assert proxy.stalled.wait(60)
            driver.until(COPYING)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
        assert process.returncode == 143
        said = server.log.read_text()
        assert "COPY" in said
        assert [line for line in said.splitlines() if "Quillcombe" in line] == []


@pytest.mark.parametrize("end", ["pg_terminate_backend", "pg_cancel_backend"])
def test_a_copy_that_the_server_ends_leaves_no_row_in_the_log_of_the_embedded_server(
    bucket: Bucket, end: str
) -> None:
    server = server_with(ALL_STATEMENTS)
    with driver_on(server, bucket) as driver:
        load_bad_rows(driver, bucket)
        bucket.put(name("Medicine", 2), FILE)
        endpoint = bucket.environment["AWS_ENDPOINT_URL_S3"]
        with (
            proxy_of(endpoint, STALL) as proxy,
            driver.started(AWS_ENDPOINT_URL_S3=proxy.url, RAWCORE_ATTEMPTS="1") as process,
        ):
            assert proxy.stalled.wait(60)
            driver.until(COPYING)
            driver.value(f"SELECT {end}(pid) FROM pg_stat_progress_copy")
            process.kill()
        driver.until("count(*) = 0 FROM pg_stat_progress_copy")
        said = server.log.read_text()
        assert "COPY" in said
        assert [line for line in said.splitlines() if "Quillcombe" in line] == []


def test_settings_that_let_field_content_into_the_log_are_named(bucket: Bucket) -> None:
    server = server_with(AS_SHIPPED)
    server.start()
    try:
        cluster = Cluster(server.superuser_url())
        cluster.make_logins()
        database = cluster.create("logged", "template0")
        warned: list[str] = []
        migrate.apply(database.admin_url, report=warned.append)
        found = "log_error_verbosity = default, log_parameter_max_length = -1"
        assert [one for one in warned if found in one and "log_error_verbosity = terse" in one]
        with psycopg.connect(database.admin_url) as connection:
            shown = connection.execute("SELECT risky_log_settings FROM etl.health").fetchall()
        assert shown == [(found.split(", "),)]
    finally:
        server.remove()
