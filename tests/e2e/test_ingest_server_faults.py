"""PostgreSQL is down or short of a resource: the run recovers, or leaves files to the next run."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from codegen.migration import migrate
from rawcore.local.folder import wait_until_gone
from rawcore.local.server import Server
from rawcore.local.wheels import ServerError
from tests.support.databases import Cluster
from tests.support.home import doomed_server, home, unmount
from tests.support.ingest import Driver, body, medicines, name, row, wait_until
from tests.support.proxy import Fault, proxy_of
from tests.support.s3 import Bucket
from tests.support.undisturbed import (
    HALF,
    attempts,
    events,
    put_files,
    same_as_undisturbed,
    same_content,
)

pytestmark = pytest.mark.s3

HOLD = Fault("hold", HALF)
OURS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'rawcore%%'"
)
IN_PROCESSING = f"count(*) > 0 {OURS} AND wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for this module."""
    made = doomed_server()
    made.start()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def doomed_template(server: Server) -> str:
    """The migrated database on the server of this module."""
    cluster = Cluster(server.superuser_url())
    cluster.make_logins()
    made = cluster.create("doomed_template", "template0")
    migrate.apply(made.admin_url)
    cluster.grant_members(made)
    return made.name


@pytest.fixture
def doomed(server: Server, doomed_template: str, bucket: Bucket) -> Iterator[Driver]:
    """The driver on a database of a server that may be stopped."""
    with Cluster(server.superuser_url()).clone(doomed_template) as database:
        made = Driver(database, bucket.environment)
        made.set_pseudonym_key()
        put_files(bucket)
        yield made


@pytest.fixture
def small_disk(doomed: Driver, server: Server) -> Iterator[Path]:
    """A disk of 8 MiB with a tablespace `small`; skipped where this account may not mount one."""
    folder = home() / "small"
    folder.mkdir(exist_ok=True)
    mounting = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=777", "none", str(folder)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk, and only where the system lets it")
    space = folder / "space"
    space.mkdir()
    owner = (server.log.parent / "data").stat()
    os.chown(space, owner.st_uid, owner.st_gid)
    doomed.query(f"CREATE TABLESPACE small LOCATION '{space}'")
    yield folder
    for table in doomed.tables("raw", "core"):
        doomed.query(f"ALTER TABLE {table} SET TABLESPACE pg_default")
    doomed.query("DROP TABLESPACE small")
    unmount(folder)


def stop_hard(server: Server, how: signal.Signals) -> None:
    """Stop a server like pg_ctl -m immediate (SIGQUIT), or like the kernel (SIGKILL)."""
    pid = int((server.log.parent / "data/postmaster.pid").read_text().split()[0])
    os.kill(pid, how)
    assert wait_until_gone(pid, 60)  # until then it may still hold its port


def start_again(server: Server) -> None:
    """Start a stopped server; sessions of a killed one may need a moment to see that it is gone."""
    port = server.port
    wait_until(lambda: _started(server), "the server is up")
    assert server.port == port


def _started(server: Server) -> bool:
    with contextlib.suppress(ServerError):
        server.start()
        return True
    return False


def fill(disk: Path) -> Path:
    """Fill a disk except for 64 KiB; return the file whose removal frees it."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - 65_536))
    return ballast


def test_server_stopped_hard_during_copy_is_reached_again_by_the_same_run(
    doomed: Driver, server: Server, undisturbed: Driver, bucket: Bucket
) -> None:
    endpoint = bucket.environment["AWS_ENDPOINT_URL_S3"]
    with (
        proxy_of(endpoint, HOLD, only="Medicine") as proxy,
        doomed.started(AWS_ENDPOINT_URL_S3=proxy.url, RAWCORE_JOBS="1") as process,
    ):
        assert proxy.stalled.wait(60)
        doomed.until("count(*) = 1 FROM pg_stat_progress_copy WHERE bytes_processed > 0")
        stop_hard(server, signal.SIGQUIT)
        start_again(server)
        proxy.let_go()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert [one[:3] for one in attempts(doomed)] == [("failed", "connection", True)]
    assert events(err, "control connection lost")
    same_content(doomed, undisturbed)


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL])
def test_server_stopped_hard_during_processing_ends_the_run_and_the_next_one_completes(
    how: signal.Signals, doomed: Driver, server: Server, undisturbed: Driver
) -> None:
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(doomed.started())
        stack.enter_context(contextlib.suppress(psycopg.OperationalError))
        stack.enter_context(doomed.holding("core.dim_medicine"))
        doomed.until(IN_PROCESSING)
        stop_hard(server, how)
        _, err = process.communicate(timeout=60)
    start_again(server)
    assert process.returncode == 3, err
    assert len(events(err, "tried in vain")) >= 5
    assert "see the log" in err or "No connection to PostgreSQL" in err
    same_as_undisturbed(doomed, undisturbed)


def test_sessions_that_an_administrator_ends_are_opened_again(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    with driver.started() as process:
        with driver.holding("core.dim_medicine"):
            driver.until(IN_PROCESSING)
            assert driver.value(f"SELECT count(pg_terminate_backend(pid)) {OURS}") >= 2
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert events(err, "control connection lost")
    assert "57P01" in events(err, "tried in vain")[0]["problem"]
    same_content(driver, undisturbed)


def test_full_disk_during_copy(doomed: Driver, small_disk: Path, undisturbed: Driver) -> None:
    doomed.query("ALTER TABLE raw.medicine_raw SET TABLESPACE small")
    ballast = fill(small_disk)
    done = doomed.run(RAWCORE_JOBS="1")
    assert done.code == 3, done.err
    assert "SQLSTATE 53100" in done.problem
    assert set(attempts(doomed)) == {("failed", "resource", True, "53100")}
    ballast.unlink()
    same_as_undisturbed(doomed, undisturbed)


def test_full_disk_during_processing(doomed: Driver, small_disk: Path, undisturbed: Driver) -> None:
    doomed.query("ALTER TABLE core.dim_medicine SET TABLESPACE small")
    ballast = fill(small_disk)
    done = doomed.run()
    assert done.code == 3, done.err
    assert done.problem.startswith("3 landed file(s) could not be processed (SQLSTATE 53100)")
    assert attempts(doomed, "process") == [("failed", "resource", True, "53100")] * 15
    assert sorted(doomed.statuses().values()) == ["landed"] * 3 + ["processed"] * 3
    ballast.unlink()
    same_as_undisturbed(doomed, undisturbed)


def test_means_that_come_back_are_used_by_the_same_run(
    driver: Driver, undisturbed: Driver, bucket: Bucket
) -> None:
    put_files(bucket)
    database = driver.database.name
    driver.query(f"ALTER DATABASE {database} SET lock_timeout = '10ms'")
    with driver.started(RAWCORE_BACKOFF="0.3") as process:
        with driver.holding("core.dim_medicine"):
            driver.until("count(*) > 0 FROM etl.file_attempts WHERE sqlstate = '55P03'")
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert set(attempts(driver, "process")) == {("failed", "resource", True, "55P03")}
    same_content(driver, undisturbed)


def test_a_file_that_ends_each_session_does_not_keep_the_others_from_core(
    driver: Driver, bucket: Bucket
) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 3))
    bucket.put(name("Vaccine", 1), body([row("vaccine", vaccine_id="1")]))
    driver.query(
        "CREATE FUNCTION public.end_it() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
        " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(9); END'"
    )
    driver.query("CREATE TRIGGER t BEFORE INSERT ON stg.medicine EXECUTE FUNCTION public.end_it()")
    done = driver.run("--jobs", "1")
    assert done.code != 0, done.err
    assert driver.statuses()[name("Vaccine", 1)] == "processed"
    tried = driver.query(
        "SELECT a.outcome, a.error_class FROM etl.file_attempts AS a"
        " JOIN etl.load_run_files AS f USING (load_run_file_id)"
        " WHERE a.action = 'process' AND f.extract = 'medicine' ORDER BY a.file_attempt_id"
    )
    assert [tuple(one.values()) for one in tried[:2]] == 2 * [("lost", "connection")]
    assert len(tried) == 3
    driver.query("DROP TRIGGER t ON stg.medicine")
    assert driver.run().code == 0
    assert set(driver.statuses().values()) == {"processed"}
