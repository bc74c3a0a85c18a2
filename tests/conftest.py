"""Fixtures every test can ask for: databases, S3 servers, a clean environment.

The database under test is, in this order: RAWCORE_TEST_DATABASE_URL (a superuser of a server that
may be used freely); a container, with RAWCORE_TEST_DB=testcontainers; an embedded server of the
version RAWCORE_TEST_PG (16, 17 or 18).
"""

import os
from collections.abc import Iterator

import hypothesis
import pytest

from rawcore.local.weed import Weed
from tests.support.databases import Cluster, Database, start_cluster
from tests.support.home import close_home, home, open_home
from tests.support.s3 import Bucket, fresh_bucket, moto_bucket
from tests.support.skips import pytest_addoption, pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_addoption", "pytest_sessionfinish", "pytest_terminal_summary"]

OURS = ("AWS_", "S3_", "RAWCORE_", "DATABASE_URL", "PG")

hypothesis.settings.register_profile("rawcore", deadline=None, print_blob=True)
hypothesis.settings.load_profile("rawcore")


def pytest_configure(config: pytest.Config) -> None:
    """Open the folder of this run in its first process."""
    if hasattr(config, "workerinput"):
        return
    kind = os.environ.get("RAWCORE_TEST_DB") or "embedded"
    if kind not in ("embedded", "testcontainers"):
        raise pytest.UsageError(f"RAWCORE_TEST_DB={kind}: use embedded or testcontainers")
    reaper = open_home()
    config.add_cleanup(lambda: close_home(reaper))
    if os.environ.get("RAWCORE_TEST_DATABASE_URL"):
        config.add_cleanup(lambda: start_cluster().drop_all())
    elif kind == "testcontainers":
        from tests.support.containers import start_container

        container = start_container()
        config.add_cleanup(lambda: container.stop())


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name long byte strings by their length: xdist wants equal names, gzip writes the time."""
    return f"{len(val)}-bytes" if isinstance(val, bytes) and len(val) > 8 else None


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the settings of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(OURS) and not name.startswith("RAWCORE_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The server under test, with the logins of the tests."""
    running = start_cluster()
    running.make_logins()
    return running


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of the migrated database."""
    return cluster.make_template()


@pytest.fixture
def database(cluster: Cluster, template: str) -> Iterator[Database]:
    """A migrated database of this test's own."""
    with cluster.clone(template) as made:
        yield made


@pytest.fixture(scope="module")
def module_database(cluster: Cluster, template: str) -> Iterator[Database]:
    """A migrated database of one module, for tests that only look."""
    with cluster.clone(template) as made:
        yield made


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[Database]:
    """A database of this test's own without anything in it, owned by a CREATEROLE login."""
    with cluster.clone("template0") as made:
        yield made


@pytest.fixture(scope="session")
def weed() -> Weed:
    """A real S3 server, shared by the run."""
    server = Weed(home() / "weed")
    server.start()
    return server


@pytest.fixture
def bucket(weed: Weed) -> Bucket:
    """A fresh bucket with versions on the S3 server."""
    return fresh_bucket(weed)


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket with versions in this process; for tests that need no real server."""
    with moto_bucket() as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made
