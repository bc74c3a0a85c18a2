"""The S3 settings reach the requests: role, addresses, time-outs, payer, checksums."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from rawcore.errors import BadSettings, RoleRefused
from rawcore.settings import load_settings
from rawcore.stores.faults import as_store_error
from rawcore.stores.store import make_client, open_store

ROLE = "arn:aws:iam::123456789012:role/loader"
PROFILE = f"""
[profile landing]
role_arn = {ROLE}
external_id = ticket 4711
role_session_name = rawcore
source_profile = ours

[profile ours]
aws_access_key_id = ours
aws_secret_access_key = ours
"""


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


@pytest.fixture
def profile(aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """A profile of ~/.aws/config that assumes a role."""
    (tmp_path / "config").write_text(PROFILE)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "landing")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")  # it would go before the profile


def client() -> Any:
    return make_client(load_settings(needs_store=True))


def asked(client: Any, operation: str, **parameters: str) -> Any:
    """Return the request as it is before it is sent."""
    seen: list[Any] = []
    client.meta.events.register("before-send.s3", lambda request, **_: seen.append(request))
    getattr(client, operation)(**parameters)
    return seen[0]


def test_a_profile_assumes_a_role_with_the_external_id(profile: None) -> None:
    held = client()._request_signer._credentials
    fetcher = held._refresh_using.__self__
    assert held.get_frozen_credentials().access_key.startswith("ASIA")
    assert fetcher._assume_kwargs == {
        "RoleArn": ROLE,
        "RoleSessionName": "rawcore",
        "ExternalId": "ticket 4711",
    }


def test_credentials_of_a_role_are_renewed_in_a_long_run(profile: None) -> None:
    held = client()._request_signer._credentials
    first = held.get_frozen_credentials()
    held._refresh_using.__self__._cache.clear()  # botocore keeps them there until they expire
    held._expiry_time = datetime.now(UTC)
    assert held.get_frozen_credentials() != first


def test_requests_are_signed_by_the_role(profile: None) -> None:
    signed = asked(client(), "list_objects_v2", Bucket="landing").headers["Authorization"]
    assert b"Credential=ASIA" in signed
    assert [one.key for one in open_store(load_settings(needs_store=True)).list("")] == ["a"]


def test_role_that_is_refused_is_said_with_the_remedy() -> None:
    from botocore.exceptions import ClientError

    answer: Any = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    error = as_store_error(ClientError(answer, "AssumeRole"), "ListObjectsV2", "b", "", "http://s3")
    assert isinstance(error, RoleRefused)
    assert (error.exit_code, "external_id of the AWS profile" in str(error)) == (2, True)


@pytest.mark.parametrize("name", ["RAWCORE_S3_ROLE", "RAWCORE_S3_EXTERNAL_ID"])
def test_a_setting_that_a_profile_replaces_is_refused_with_the_remedy(
    aws: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, ROLE)
    said = f"{name} is replaced by a profile of ~/.aws/config: give it role_arn, external_id"
    with pytest.raises(BadSettings, match=said):
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
    store._client.meta.events.register("before-send.s3", lambda request, **_: seen.append(request))
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
    config = client().meta.config
    assert (config.connect_timeout, config.read_timeout) == (3.0, 7.0)
    assert (config.max_pool_connections, config.retries["total_max_attempts"]) == (11, 1)
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
