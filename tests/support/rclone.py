"""rclone's S3 server on a folder: it keeps no versions, and its S3 is incomplete."""

import contextlib
import secrets
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rawcore.local.folder import free_ports
from tests.support.ingest import wait_until
from tests.support.s3 import Bucket

NAME = "landing"


@contextlib.contextmanager
def rclone_bucket(folder: Path) -> Iterator[Bucket]:
    """Serve a folder below `folder` as a bucket, for the length of a block."""
    (folder / NAME).mkdir(parents=True)
    (port,) = free_ports(1)
    key, secret = secrets.token_hex(8), secrets.token_hex(16)
    environment = {
        "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
        "S3_BUCKET_NAME": NAME,
    }
    client = boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )

    def answers() -> bool:
        with contextlib.suppress(BotoCoreError, ClientError):
            return bool(client.list_buckets()["Buckets"])
        return False

    program = Path(sysconfig.get_path("scripts")) / "rclone"
    command = [str(program), "serve", "s3", "--addr", f"127.0.0.1:{port}"]
    command += ["--auth-key", f"{key},{secret}", "--config", "", "--dir-cache-time", "0s"]
    with (folder / "rclone.log").open("w") as log:
        process = subprocess.Popen([*command, str(folder)], stdout=log, stderr=log)
        try:
            wait_until(answers, f"rclone answers: {folder / 'rclone.log'}")
            yield Bucket(NAME, client, environment)
        finally:
            process.kill()
            process.wait()
