"""The driver needs only the four S3 permissions of the feed."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

from rawcore.settings import Settings
from rawcore.stores.store import S3Store
from rawcore.stores.store_errors import AccessDenied

BUCKET, KEY = "feed", "some/file"
PREPARING = 6  # calls of loader(), which moto does not check
GRANTED = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:GetBucketVersioning")


def loader(granted: tuple[str, ...]) -> dict[str, str]:
    """Make a bucket with an object and a user with these permissions; return the user's key."""
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"content")
    iam = boto3.client("iam", region_name="us-east-1")
    iam.create_user(UserName="loader")
    resources = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    statement = {"Effect": "Allow", "Action": list(granted), "Resource": resources}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="loader", PolicyName="load", PolicyDocument=policy)
    key = iam.create_access_key(UserName="loader")["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A mock of AWS in this process."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with mock_aws():
        yield


def store(monkeypatch: pytest.MonkeyPatch, key: dict[str, str]) -> S3Store:
    for name, value in key.items():
        monkeypatch.setenv(name, value)
    return S3Store(Settings(s3_bucket_name=BUCKET))


@set_initial_no_auth_action_count(PREPARING)
def test_listing_and_reading_need_the_four_permissions_and_no_more(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted = store(monkeypatch, loader(GRANTED))
    (listed,) = granted.list("")
    with granted.open(listed.key, listed.etag, None) as body:
        assert b"".join(body) == b"content"
    with granted.open(listed.key, listed.etag, body.version_id) as again:
        assert b"".join(again) == b"content"


@set_initial_no_auth_action_count(PREPARING)
def test_what_is_not_allowed_is_said_with_the_remedy(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = store(monkeypatch, loader(("s3:GetObject",)))
    with pytest.raises(AccessDenied, match="bucket feed: the role needs s3:ListBucket"):
        list(denied.list(""))
