"""The S3 settings reach the requests: role, addresses, time-outs, payer, checksums."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from rawcore.errors import BadSettings
from rawcore.settings import load_settings
from rawcore.stores.s3_client import make_client
from rawcore.stores.store import open_store
from rawcore.stores.store_errors import RoleRefused, as_store_error

ROLE = "arn:aws:iam::123456789012:role/loader"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    """AWS in this process, a bucket with an object in it."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "ours",
        "AWS_SECRET_ACCESS_KEY": "ours",
        "AWS_REGION": "us-east-1",
        "S3_BUCKET_NAME": "landing",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="landing")
        client.put_object(Bucket="landing", Key="a", Body=b"x")
        yield


def client(attempts: int = 1) -> Any:
    return make_client(load_settings(needs_store=True), attempts)


def asked(client: Any, operation: str, **parameters: str) -> Any:
    """Return the request as it is before it is sent."""
    seen: list[Any] = []
    client.meta.events.register("before-send.s3", lambda request, **_: seen.append(request))
    getattr(client, operation)(**parameters)
    return seen[0]


def test_role_is_assumed_with_the_external_id(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWCORE_S3_ROLE", ROLE)
    monkeypatch.setenv("RAWCORE_S3_EXTERNAL_ID", "ticket 4711")
    theirs = client()._request_signer._credentials
    assumed: list[dict[str, Any]] = []
    fetcher = theirs._refresh_using.__self__

    def fetch() -> Any:
        assumed.append(fetcher._assume_kwargs)
        return fetcher.fetch_credentials()

    monkeypatch.setattr(theirs, "_refresh_using", fetch)
    key = theirs.get_frozen_credentials().access_key
    assert key.startswith("ASIA")
    assert assumed == [{"RoleArn": ROLE, "RoleSessionName": "rawcore", "ExternalId": "ticket 4711"}]


def test_requests_are_signed_by_the_role(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWCORE_S3_ROLE", ROLE)
    signed = asked(client(), "list_objects_v2", Bucket="landing").headers["Authorization"]
    assert b"Credential=ASIA" in signed
    assert [one.key for one in open_store(load_settings(needs_store=True)).list("")] == ["a"]


def test_role_that_is_refused_is_said_with_the_remedy() -> None:
    from botocore.exceptions import ClientError

    answer: Any = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    error = as_store_error(ClientError(answer, "AssumeRole"), "ListObjectsV2", "b", "", "http://s3")
    assert isinstance(error, RoleRefused)
    assert (error.exit_code, "RAWCORE_S3_EXTERNAL_ID" in str(error)) == (2, True)


def test_what_is_no_role_is_refused_at_once(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWCORE_S3_ROLE", "loader")
    with pytest.raises(BadSettings, match="RAWCORE_S3_ROLE is no ARN of a role"):
        load_settings(needs_store=True)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "https://landing.s3.amazonaws.com/"),
        ({"RAWCORE_S3_PATH_STYLE": "true"}, "https://s3.amazonaws.com/landing"),
        (
            {"AWS_ENDPOINT_URL_S3": "http://s3.example:9000"},
            "http://s3.example:9000/landing",
        ),
        (
            {"AWS_ENDPOINT_URL_S3": "http://s3.example:9000", "RAWCORE_S3_PATH_STYLE": "false"},
            "http://landing.s3.example:9000/",
        ),
    ],
)
def test_bucket_stands_in_host_or_path(
    aws: None, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], url: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    shown = client().generate_presigned_url("list_objects_v2", Params={"Bucket": "landing"})
    assert shown.partition("?")[0] == url


def test_requester_pays_for_listing_and_reading(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWCORE_S3_REQUESTER_PAYS", "true")
    store: Any = open_store(load_settings(needs_store=True))
    seen: list[Any] = []
    for one in (store._client, store._reader):
        one.meta.events.register("before-send.s3", lambda request, **_: seen.append(request))
    (listed,) = store.list("")
    with store.open(listed.key, listed.etag, None) as body:
        assert b"".join(body) == b"x"
    assert [request.headers["x-amz-request-payer"] for request in seen] == [b"requester"] * 2


def test_timeouts_attempts_connections_and_checksums_are_as_set(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "RAWCORE_S3_TIMEOUT": "7",
        "RAWCORE_S3_CONNECT_TIMEOUT": "3",
        "RAWCORE_S3_CHECKSUMS": "when_required",
        "RAWCORE_JOBS": "9",
    }.items():
        monkeypatch.setenv(name, value)
    config = client(attempts=4).meta.config
    assert (config.connect_timeout, config.read_timeout) == (3.0, 7.0)
    assert (config.max_pool_connections, config.retries["total_max_attempts"]) == (11, 4)
    assert config.response_checksum_validation == "when_required"


def test_checksums_are_asked_for_unless_the_server_gets_them_wrong(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = asked(client(), "get_object", Bucket="landing", Key="a").headers
    assert asking["x-amz-checksum-mode"] == b"ENABLED"
    monkeypatch.setenv("RAWCORE_S3_CHECKSUMS", "when_required")
    silent = asked(client(), "get_object", Bucket="landing", Key="a").headers
    assert "x-amz-checksum-mode" not in silent


def test_aws_region_is_the_region(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-southeast-2")
    assert client().meta.region_name == "ap-southeast-2"
