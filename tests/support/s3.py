"""Buckets for tests: on a real S3 server, or in this process."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from rawcore.weed import REGION, Weed

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
        """Store an object; return its version id."""
        return self.client.put_object(Bucket=self.name, Key=key, Body=body)["VersionId"]


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
