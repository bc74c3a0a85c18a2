"""The two stores: listing, reading, and errors."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto.backends import get_backend
from moto.server import ThreadedMotoServer

from rawcore import errors
from rawcore.settings import load_settings
from rawcore.stores.readahead import Body, Checks
from rawcore.stores.store import Listed, Store, open_store
from rawcore.stores.store_errors import (
    AccessDenied,
    BucketMissing,
    ChecksumDiffers,
    CredentialsWrong,
    FolderMissing,
    ObjectChanged,
    ObjectMissing,
    RateLimited,
    RegionWrong,
    SizeDiffers,
    StoreFault,
    StoreRefused,
    StoreUnreachable,
    as_store_error,
)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "S3_BUCKET_NAME": "landing",
        "RAWCORE_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", region_name="us-east-1")
    get_backend("s3").reset()
    client.create_bucket(Bucket="landing")
    return client


def store() -> Store:
    return open_store(load_settings(needs_store=True))


def read(listed: Listed, version_id: str | None = None) -> tuple[bytes, Body]:
    with store().open(listed.key, listed.etag, version_id) as body:
        return b"".join(body), body


def test_listing_goes_over_pages_and_keeps_to_the_prefix(s3: Any) -> None:
    backend = get_backend("s3")["123456789012"]["aws"]
    for number in range(1005):
        backend.put_object("landing", f"in/{number:04}", b"x")
    s3.put_object(Bucket="landing", Key="out/1", Body=b"x")
    keys = [one.key for one in store().list("in/")]
    assert keys == [f"in/{number:04}" for number in range(1005)]


def test_object_is_read_hashed_and_its_version_known(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket="landing", VersioningConfiguration={"Status": "Enabled"})
    content = os.urandom(3_000_000)
    key = "C:/Jobs/odd prefix\\Māori.csv"
    version = s3.put_object(Bucket="landing", Key=key, Body=content)["VersionId"]
    (listed,) = store().list("C:/")
    data, body = read(listed)
    assert (listed.key, listed.size, data == content) == (key, 3_000_000, True)
    assert (body.version_id, body.received) == (version, 3_000_000)
    assert body.sha256 == hashlib.sha256(content).hexdigest()


def test_without_versions_the_etag_stands_for_one(s3: Any) -> None:
    s3.put_object(Bucket="landing", Key="a", Body=b"x")
    (listed,) = store().list("")
    assert read(listed)[1].version_id == f"etag:{listed.etag}"


def test_object_that_changed_since_the_listing_is_not_read(s3: Any) -> None:
    s3.put_object(Bucket="landing", Key="a", Body=b"x")
    (listed,) = store().list("")
    s3.put_object(Bucket="landing", Key="a", Body=b"y")
    with pytest.raises(ObjectChanged):
        read(listed)


def test_answer_for_another_content_is_not_read_where_the_server_ignores_if_match(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_object(Bucket="landing", Key="a", Body=b"y")
    careless = open_store(load_settings(needs_store=True))
    ask = careless._reader.get_object  # type: ignore[attr-defined]
    reader = SimpleNamespace(get_object=lambda IfMatch, **asked: ask(**asked))  # noqa: N803
    monkeypatch.setattr(careless, "_reader", reader)
    with pytest.raises(ObjectChanged):
        careless.open("a", "0" * 32, None)


def test_known_version_is_read_though_a_newer_one_is_there(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket="landing", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="landing", Key="a", Body=b"old")["VersionId"]
    (listed,) = store().list("")
    s3.put_object(Bucket="landing", Key="a", Body=b"new")
    assert read(listed, version)[0] == b"old"


def test_missing_object_and_missing_bucket_are_told_apart(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ObjectMissing, match="gone was deleted after it was listed"):
        store().open("gone", None, None)
    monkeypatch.setenv("S3_BUCKET_NAME", "nowhere")
    with pytest.raises(BucketMissing, match=r"There is no bucket nowhere.*S3_BUCKET_NAME"):
        list(store().list(""))


def test_endpoint_out_of_reach_is_a_connection_error(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with pytest.raises(StoreUnreachable, match=r"127.0.0.1:9") as caught:
        list(store().list(""))
    assert (caught.value.retryable, caught.value.exit_code) == (True, 3)


@pytest.mark.parametrize(
    ("code", "status", "expected", "exit_code", "retryable"),
    [
        ("SignatureDoesNotMatch", 403, CredentialsWrong, 2, False),
        ("InvalidAccessKeyId", 403, CredentialsWrong, 2, False),
        ("AccessDenied", 403, AccessDenied, 2, False),
        ("SlowDown", 503, RateLimited, 3, True),
        ("InternalError", 500, StoreFault, 3, True),
        ("PermanentRedirect", 301, RegionWrong, 2, False),
        ("InvalidRequest", 400, StoreRefused, 1, False),
    ],
)
def test_answers_become_errors_with_class_and_remedy(
    code: str, status: int, expected: type, exit_code: int, retryable: bool
) -> None:
    from botocore.exceptions import ClientError

    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = as_store_error(ClientError(answer, "GetObject"), "GetObject", "b", "k", "http://s3")
    assert type(error) is expected
    assert (error.exit_code, error.retryable) == (exit_code, retryable)
    assert "{" not in str(error)


def broken(content: bytes, size: int, md5: str | None = None) -> list[bytes]:
    parts = iter([content])

    def as_error(error: Exception) -> errors.RawcoreError:
        return StoreUnreachable(endpoint="s3", problem=str(error))

    with Body(
        lambda _: next(parts, b""), lambda: None, Checks("k", size, md5), "v", as_error
    ) as body:
        return list(body)


def test_short_body_and_wrong_md5_are_integrity_errors() -> None:
    with pytest.raises(SizeDiffers, match="3 bytes instead of 4"):
        broken(b"abc", 4)
    with pytest.raises(ChecksumDiffers):
        broken(b"abc", 3, "0" * 32)
    assert broken(b"abc", 3, hashlib.md5(b"abc").hexdigest()) == [b"abc"]


def test_body_that_is_left_early_stops_its_thread() -> None:
    def no_error(error: Exception) -> errors.RawcoreError:
        raise AssertionError(error)

    endless = Body(lambda size: b"x" * size, lambda: None, Checks("k", 1, None), "v", no_error)
    with endless as body:
        next(iter(body))
    assert not body._thread.is_alive()


def test_folder_is_read_like_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_BUCKET_NAME", f"file://{tmp_path}/in%20box")
    (tmp_path / "in box/sub").mkdir(parents=True)
    (tmp_path / "in box/sub/a.csv").write_bytes(b"abc")
    (tmp_path / "in box/b.csv").write_bytes(b"")
    assert [(one.key, one.size) for one in store().list("")] == [("b.csv", 0), ("sub/a.csv", 3)]
    (listed,) = store().list("sub/")
    data, body = read(listed)
    assert (data, body.version_id) == (b"abc", f"sha256:{hashlib.sha256(b'abc').hexdigest()}")


def test_folder_that_is_missing_and_file_that_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_BUCKET_NAME", f"file://{tmp_path}/none")
    with pytest.raises(FolderMissing, match="S3_BUCKET_NAME"):
        list(store().list(""))
    monkeypatch.setenv("S3_BUCKET_NAME", f"file://{tmp_path}")
    (tmp_path / "a").write_bytes(b"1")
    with pytest.raises(ObjectChanged):
        store().open("a", "1-1", None)
    with pytest.raises(ObjectMissing):
        store().open("../outside", None, None)


def test_file_that_is_written_over_while_it_is_read_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_BUCKET_NAME", f"file://{tmp_path}")
    path = tmp_path / "a#1"  # no fragment of a URL
    path.write_bytes(b"x" * 20_000_000)
    store = open_store(load_settings())
    (listed,) = store.list("")
    with store.open("a#1", listed.etag, None) as body:
        pieces = iter(body)
        next(pieces)
        os.utime(path, (1, 1))
        with pytest.raises(ObjectChanged):
            list(pieces)


def test_object_whose_length_is_not_announced_is_read(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_object(Bucket="landing", Key="a", Body=b"abc")
    store: Any = open_store(load_settings(needs_store=True))
    real = store._reader.get_object

    def chunked(**how: Any) -> Any:
        answer = real(**how)
        del answer["ContentLength"]
        return answer

    monkeypatch.setattr(store._reader, "get_object", chunked)
    with store.open("a", None, None) as body:
        assert (list(body), body.size, body.received) == ([b"abc"], None, 3)


def test_a_password_with_an_at_sign_is_not_shown() -> None:
    with pytest.raises(errors.BadSettings) as caught:
        load_settings(database_url="postgresql://driver:pa@s3cret@host/x")
    assert "s3cret" not in str(caught.value)
    assert "write %40" in str(caught.value)


def test_folder_below_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_BUCKET_NAME", f"file://{tmp_path}")
    (tmp_path / "shut").mkdir()
    real = os.scandir

    def scandir(path: Any) -> Any:  # root may read every folder
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(AccessDenied, match="/shut"):
        list(open_store(load_settings()).list(""))
