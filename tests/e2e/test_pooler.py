"""A real pgbouncer between driver and server: pools that share sessions are refused."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from rawcore.local.folder import free_ports
from tests.support.databases import Database, as_url
from tests.support.home import home
from tests.support.ingest import Driver, medicines, name, wait_until
from tests.support.s3 import Bucket

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = [
    pytest.mark.s3,
    pytest.mark.skipif(
        PGBOUNCER is None, reason="no pgbouncer here: apt-get install pgbouncer brings it"
    ),
]

CONFIGURATION = """
[databases]
pooled = host={host} port={port} dbname={dbname} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
"""


@contextlib.contextmanager
def pooler_of(database: Database, mode: str) -> Iterator[str]:
    """Yield how the driver connects to a database through pgbouncer."""
    (port,) = free_ports(1)
    parts = {"host": "127.0.0.1", "port": "5432", **conninfo_to_dict(database.driver_url)}
    configuration = home() / f"pgbouncer-{port}.ini"
    configuration.write_text(CONFIGURATION.format(**parts, listen_port=port, mode=mode))
    as_nobody = ("-u", "nobody") if os.geteuid() == 0 else ()
    log = configuration.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(PGBOUNCER), *as_nobody, str(configuration)], stdout=output, stderr=output
        )
    url = as_url({"host": "127.0.0.1", "port": str(port), "dbname": "pooled", "user": "driver"})
    try:
        wait_until(lambda: _answers(url, process), f"pgbouncer is up: {log.read_text()}")
        yield url
    finally:
        process.kill()
        process.wait()


def _answers(url: str, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "pgbouncer ended"
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=5).close()
        return True
    return False


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_pooler_that_lends_sessions_out_is_refused(
    mode: str, driver: Driver, bucket: Bucket
) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 3))
    with pooler_of(driver.database, mode) as url:
        done = driver.run(DATABASE_URL=url)
    assert done.code == 2, done.err
    assert done.problem.startswith("DATABASE_URL leads to a pooler in transaction mode")
    assert driver.value("SELECT count(*) FROM etl.s3_objects") == 0


def test_pooler_that_keeps_sessions_serves(driver: Driver, bucket: Bucket) -> None:
    bucket.put(name("Medicine", 1), medicines(1, 3))
    with pooler_of(driver.database, "session") as url:
        done = driver.run(DATABASE_URL=url)
    assert done.code == 0, done.err
    assert driver.value("SELECT count(*) FROM core.dim_medicine") == 3
