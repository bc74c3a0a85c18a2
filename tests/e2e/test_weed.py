"""The S3 server of the demo and the tests."""

import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from rawcore.local import weed as weeds
from rawcore.local.folder import alive
from tests.support.home import VARIABLE
from tests.support.ingest import wait_until
from tests.support.s3 import Bucket

pytestmark = pytest.mark.s3

ROOT = Path(__file__).parents[2]

# The first process of a test run, and a worker of it that starts a server of one test.
KILLED_RUN = """
import os, signal, subprocess, sys
from pathlib import Path
from rawcore.local.weed import Weed
from tests.support import home

folder = Path(sys.argv[1])
if len(sys.argv) == 2:
    home.open_home()
    worker = subprocess.Popen([sys.executable, "-c", os.environ["PROGRAM"], str(folder), "worker"],
                              start_new_session=True, stdout=subprocess.PIPE)
    print(worker.stdout.readline().decode().strip(), worker.pid, home.home(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
server = Weed(folder)
server.start()
print((folder / "pid").read_text().strip(), flush=True)
signal.pause()
"""


def test_the_bucket_keeps_versions(bucket: Bucket) -> None:
    first, second = bucket.put("a/b", b"one"), bucket.put("a/b", b"two")
    assert first != second
    old = bucket.client.get_object(Bucket=bucket.name, Key="a/b", VersionId=first)
    assert old["Body"].read() == b"one"


def test_a_wrong_secret_is_refused(bucket: Bucket) -> None:
    stranger = boto3.client(
        "s3",
        endpoint_url=bucket.environment["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=bucket.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key="guess",
        region_name="us-east-1",
    )
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        stranger.list_objects_v2(Bucket=bucket.name)


def test_a_second_server_runs_beside_the_first_and_leaves_nothing(
    bucket: Bucket, tmp_path: Path
) -> None:
    with weeds.running(tmp_path / "weed") as second:
        second.make_bucket("own")
        assert [each["Name"] for each in second.client().list_buckets()["Buckets"]] == ["own"]
        pid = int((second.directory / "pid").read_text())
        assert alive(pid)
    assert not alive(pid)
    assert not second.directory.exists()


def test_objects_outlive_a_restart(tmp_path: Path) -> None:
    with weeds.running(tmp_path / "weed") as server:
        server.make_bucket("kept")
        server.client().put_object(Bucket="kept", Key="x", Body=b"y")
        server.stop()
        server.start()
        assert server.client().get_object(Bucket="kept", Key="x")["Body"].read() == b"y"


def test_moto_serves_quick_tests(moto: Bucket) -> None:
    assert moto.put("x", b"y") != moto.put("x", b"z")


def test_a_test_run_that_is_killed_leaves_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROGRAM", KILLED_RUN)
    monkeypatch.delenv(VARIABLE)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_RUN, str(tmp_path / "weed")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    server, worker, home = killed.stdout.split()
    assert killed.returncode == -9
    wait_until(lambda: not alive(int(worker)), "the worker ends")
    wait_until(lambda: not alive(int(server)), "the S3 server of the worker ends")
    wait_until(lambda: not Path(home).exists(), "the folder of the run is removed")
    assert not (tmp_path / "weed").exists()
