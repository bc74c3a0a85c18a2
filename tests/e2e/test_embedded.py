"""The embedded server: created, started and stopped, in unusual folders and after crashes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rawcore.local import embedded
from rawcore.local.folder import alive
from rawcore.local.server import Server
from rawcore.local.wheels import ServerError, wheel_bin

ROOT = Path(__file__).parents[2]


def clone(mode: int) -> Iterator[Path]:
    """Yield the `.local` of a clone below a folder with this mode."""
    home = Path(tempfile.mkdtemp(prefix="rawcore-home-"))
    home.chmod(mode)
    local = home / "clone's own/.local"
    local.mkdir(parents=True)
    yield local
    embedded.server(local).remove()
    shutil.rmtree(home)


@pytest.fixture
def local() -> Iterator[Path]:
    yield from clone(0o711)


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    yield from clone(0o711)


@pytest.fixture
def private_local() -> Iterator[Path]:
    yield from clone(0o700)


def one(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def test_the_owner_may_create_roles_but_is_no_superuser(shared: Path) -> None:
    embedded.ensure_running(shared)
    mine = "FROM pg_roles WHERE rolname = current_user"
    assert one(embedded.admin_url(shared), f"SELECT rolsuper {mine}") is False
    assert one(embedded.admin_url(shared), f"SELECT rolcreaterole {mine}") is True
    assert one(embedded.driver_url(shared), f"SELECT rolcreaterole {mine}") is False
    assert one(embedded.superuser_url(shared), f"SELECT rolsuper {mine}") is True
    assert one(embedded.admin_url(shared), "SHOW server_encoding") == "UTF8"


def test_the_url_in_use_is_database_url_then_dotenv_then_ours(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.ensure_running(shared)
    assert embedded.url_in_use(shared) == embedded.admin_url(shared)
    dotenv = shared.parent / ".env"
    dotenv.write_text("DATABASE_URL=postgresql://from-dotenv/x\n")
    assert embedded.url_in_use(shared) == "postgresql://from-dotenv/x"
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://from-environment/x")
    assert embedded.url_in_use(shared) == "postgresql://from-environment/x"
    dotenv.unlink()


def test_passwords_are_private_and_asked_for(shared: Path) -> None:
    running = embedded.ensure_running(shared)
    for name in ("password", embedded.OWNER, embedded.DRIVER):
        assert (running.directory / name).stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(running.url(embedded.OWNER, "guess", embedded.DATABASE))


def test_the_driver_gets_the_rights_of_etl_writer(shared: Path) -> None:
    embedded.ensure_running(shared)
    assert embedded.grant_driver(shared) is False
    with psycopg.connect(embedded.admin_url(shared)) as connection:
        connection.execute("CREATE ROLE etl_writer")
    assert embedded.grant_driver(shared) is True
    member = "SELECT pg_has_role('rawcore_driver', 'etl_writer', 'MEMBER')"
    assert one(embedded.driver_url(shared), member) is True


def test_data_and_port_outlive_a_restart(local: Path) -> None:
    before = embedded.ensure_running(local).port
    with psycopg.connect(embedded.admin_url(local)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS x")
    embedded.stop(local)
    embedded.stop(local)
    assert embedded.ensure_running(local).port == before
    assert one(embedded.admin_url(local), "SELECT x FROM kept") == 7


def test_a_stale_pid_file_is_no_obstacle(local: Path) -> None:
    running = embedded.ensure_running(local)
    (pid_file,) = running.log.parent.glob("*/postmaster.pid")
    lines = pid_file.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    while alive(int(lines[0])):
        pass
    another = subprocess.Popen(["sleep", "60"])  # the id went to a process that is none of ours
    try:
        pid_file.write_text("\n".join([str(another.pid), *lines[1:]]) + "\n")
        embedded.ensure_running(local)
        assert one(embedded.admin_url(local), "SELECT 1") == 1
    finally:
        another.kill()
        another.wait()


def test_several_may_start_it_at_once(local: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from rawcore.local import embedded;"
        "local = Path(sys.argv[1]); embedded.ensure_running(local);"
        "print(embedded.admin_url(local))"
    )
    command = [sys.executable, "-c", program, str(local)]
    starts = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    urls = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert urls == {embedded.admin_url(local)}


def test_ctrl_c_does_not_reach_the_server(local: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from rawcore.local import embedded;"
        "embedded.ensure_running(Path(sys.argv[1])); os.killpg(0, signal.SIGINT)"
    )
    started = subprocess.run(
        [sys.executable, "-c", program, str(local)],
        cwd=ROOT,
        start_new_session=True,
        capture_output=True,
        check=False,
    )
    assert started.returncode != 0
    assert one(embedded.admin_url(local), "SELECT 1") == 1


def test_data_of_another_version_is_not_touched(local: Path) -> None:
    data = next(embedded.ensure_running(local).log.parent.glob("*/PG_VERSION"))
    embedded.stop(local)
    data.write_text("17\n")
    with pytest.raises(ServerError, match="made by PostgreSQL 17"):
        embedded.ensure_running(local)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    broken = Server(tmp_path / "postgres", wheel_bin(18), {"shared_buffers": "a lot"})
    with pytest.raises(ServerError, match="shared_buffers"):
        broken.start()
    broken.remove()


def test_a_clone_in_a_private_folder_works_and_remove_leaves_nothing(private_local: Path) -> None:
    running = embedded.ensure_running(private_local)
    home = running.log.parents[1]
    assert home.is_relative_to("/var/tmp") is (os.geteuid() == 0)
    assert one(embedded.admin_url(private_local), "SELECT 1") == 1
    running.remove()
    assert not home.exists()
    assert not running.directory.exists()
