"""Buckets for tests: on a real S3 server, or in this process."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from rawcore.local.weed import REGION, Weed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Bucket:
    """A bucket of one test.

    Attributes:
        environment: what the driver needs to find it, as environment variables.
    """

    name: str
    client: "S3Client"
    environment: dict[str, str]

    def put(self, key: str, body: bytes) -> str:
        """Store an object; return its version id, '' where none are kept."""
        return self.client.put_object(Bucket=self.name, Key=key, Body=body).get("VersionId", "")


def fresh_bucket(weed: Weed) -> Bucket:
    """Make a bucket with versions on the S3 server."""
    name = f"t-{uuid.uuid4().hex[:20]}"
    weed.make_bucket(name)
    return Bucket(name, weed.client(), weed.environment | {"S3_BUCKET_NAME": name})


@contextmanager
def moto_bucket() -> Iterator[Bucket]:
    """Yield a bucket with versions of moto; boto3 of this process talks to it."""
    from moto import mock_aws

    secret = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with mock_aws():
        client = boto3.client(
            "s3",
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        client.create_bucket(Bucket="rawcore-moto")
        client.put_bucket_versioning(
            Bucket="rawcore-moto", VersioningConfiguration={"Status": "Enabled"}
        )
        settings = secret | {"AWS_REGION": REGION, "S3_BUCKET_NAME": "rawcore-moto"}
        yield Bucket("rawcore-moto", client, settings)


@contextmanager
def moto_server_bucket() -> Iterator[Bucket]:
    """Yield a bucket with versions of a moto that listens, for drivers in another process."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        environment = {
            "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
            "S3_BUCKET_NAME": f"t-{uuid.uuid4().hex[:20]}",
        }
        client = boto3.client(
            "s3",
            endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            region_name="us-east-1",
        )
        name = environment["S3_BUCKET_NAME"]
        client.create_bucket(Bucket=name)
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        yield Bucket(name, client, environment)
    finally:
        server.stop()
