"""The folder of one test run, shared by its xdist workers, and the cleanup at its end.

The first process of the run makes the folder and starts a reaper, which holds on to a pipe. When
that process ends, in whatever way, the pipe closes and the reaper stops the servers.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import psutil

from rawcore.local.server import Server
from rawcore.local.weed import Weed
from rawcore.local.wheels import wheel_bin

VARIABLE = "RAWCORE_TEST_HOME"
DEFAULT_VERSION = 18


def home() -> Path:
    """Return the folder of this run."""
    return Path(os.environ[VARIABLE])


def server() -> Server:
    """Return the PostgreSQL of this run, running or not."""
    settings = {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "autovacuum": "off",  # nothing may depend on it
        "max_wal_size": "4GB",
        "shared_buffers": "128MB",
    }
    version = int(os.environ.get("RAWCORE_TEST_PG", DEFAULT_VERSION))
    return Server(home() / "postgres", wheel_bin(version), settings)


def doomed_server() -> Server:
    """Return a second PostgreSQL of this run, for tests that stop it hard: commits are durable."""
    version = int(os.environ.get("RAWCORE_TEST_PG", DEFAULT_VERSION))
    settings = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
    return Server(home() / "doomed", wheel_bin(version), settings)


def open_home() -> "subprocess.Popen[bytes]":
    """Make the folder and start the reaper; called once, before the workers start."""
    folder = Path(tempfile.mkdtemp(prefix="rawcore-test-"))
    folder.chmod(0o711)
    os.environ[VARIABLE] = str(folder)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.home"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def close_home(reaper: "subprocess.Popen[bytes]") -> None:
    """Start the cleanup and wait for it."""
    if reaper.stdin is not None:
        reaper.stdin.close()
    reaper.wait(timeout=60)


def unmount(folder: Path) -> None:
    """Take a mount away, if there is one."""
    if folder.is_mount():
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _reap() -> None:
    sys.stdin.buffer.read()
    folder = home()
    _kill(_processes(but=("postgres", "weed")))  # first: a worker could start another server
    server().remove()
    doomed_server().remove()
    with contextlib.suppress(OSError):
        unmount(folder / "small")
    Weed(folder / "weed").remove()
    for process in _processes():
        for option in process.cmdline():
            if option.startswith("-dir="):  # a SeaweedFS of a single test
                Weed(Path(option.removeprefix("-dir=")).parent).remove()
    _kill(_processes())
    if (folder / "container.id").exists():
        _remove_container((folder / "container.id").read_text())
    shutil.rmtree(folder, ignore_errors=True)


def _processes(but: Sequence[str] = ()) -> Iterator[psutil.Process]:
    """Yield the processes that were started by this run, directly or not: they inherit its name."""
    for process in psutil.process_iter(["pid", "name"]):
        with contextlib.suppress(psutil.Error, OSError):
            is_ours = process.environ().get(VARIABLE) == os.environ[VARIABLE]
            if is_ours and process.pid != os.getpid() and process.name() not in but:
                yield process


def _kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _remove_container(identity: str) -> None:
    """Remove the container, if its process did not do so."""
    import docker

    with contextlib.suppress(docker.errors.NotFound):
        docker.from_env().containers.get(identity).remove(force=True, v=True)


if __name__ == "__main__":
    _reap()
