"""Where objects are: an S3 bucket, or a folder that is read the same way. Listing and bodies.

The body of an object is read ahead by a thread, hashed, and checked on the way.
"""

from __future__ import annotations

import hashlib
import os
import queue
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self
from urllib.parse import unquote

from rawcore.errors import (
    BodyBroken,
    ChecksumDiffers,
    FolderMissing,
    ObjectChanged,
    ObjectMissing,
    RawcoreError,
    SizeDiffers,
    Stopped,
)
from rawcore.retries import attempts
from rawcore.settings import Settings
from rawcore.stores.faults import as_store_error

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from structlog.typing import FilteringBoundLogger

_MD5 = re.compile(r"[0-9a-f]{32}")
_KNOWN_VERSION = re.compile(r"(?!etag:|sha256:|null$).+")
PIECE_BYTES = 1 << 20
PIECES_AHEAD = 4
_LOOK_UP_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of a listing. The etag has no quotes; in a folder it is size and time."""

    key: str
    size: int
    etag: str
    last_modified: datetime


class Store(Protocol):
    """What the driver needs from an object store. All errors are StoreErrors."""

    @property
    def bucket(self) -> str:
        """The name of the bucket in the database."""

    def list(self, prefix: str) -> Iterator[Listed]:
        """Yield all objects whose key starts with `prefix`."""

    def open(self, key: str, etag: str | None, version_id: str | None) -> Body:
        """Open one object, but only the version that was listed."""


def open_store(settings: Settings, log: FilteringBoundLogger | None = None) -> Store:
    """Return the store of S3_BUCKET_NAME, without a request yet. Retries are logged."""
    if settings.bucket.startswith("file://"):
        return FolderStore(Path(unquote(settings.bucket.removeprefix("file://"))))
    return S3Store(settings, log)


@dataclass(frozen=True, slots=True)
class Checks:
    """The expected size in bytes and MD5 (hex) of a body, if the store gives them."""

    key: str
    size: int | None
    md5: str | None


def opened(open_body: Callable[[], Body], stop: threading.Event) -> Body:
    """Open a body in its own thread, so that a store that does not answer does not block us.

    Raises the errors of `open_body`, and Stopped if the event `stop` is set before it returns.
    """
    answer: queue.Queue[Body | BaseException] = queue.Queue(1)
    left = threading.Event()

    def work() -> None:
        try:
            body = open_body()
        except BaseException as error:
            answer.put(error)
            return
        answer.put(body)
        if left.is_set():
            body.__exit__(None, None, None)

    threading.Thread(target=work, name="open", daemon=True).start()
    while True:
        try:
            found = answer.get(timeout=_LOOK_UP_SECONDS)
        except queue.Empty:
            if stop.is_set():
                left.set()
                raise Stopped(signal="a signal") from None
            continue
        if isinstance(found, BaseException):
            raise found
        return found


class Body:
    """An iterable of pieces of at most 1 MiB. After the last one `sha256` and `received` are final.

    A thread reads up to 4 pieces ahead, so that the store and COPY work at the same time. Raises
    BodyBroken, SizeDiffers or ChecksumDiffers if the body is not as announced, and Stopped if the
    event `stop` is set while no bytes arrive. Use it in a `with` block: leaving it stops the thread
    and closes the connection.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        close: Callable[[], None],
        checks: Checks,
        version_id: str,
        as_error: Callable[[Exception], RawcoreError],
        interrupt: Callable[[], object] = lambda: None,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        self.size = checks.size
        self.received = 0
        self._read, self._close, self._interrupt, self._at_end = read, close, interrupt, at_end
        self._checks = checks
        self._version_id, self._as_error = version_id, as_error
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._ahead: queue.Queue[bytes | RawcoreError] = queue.Queue(PIECES_AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="read-ahead", daemon=True)
        self.stop = threading.Event()

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes as delivered, in hex."""
        return self._sha256.hexdigest()

    @property
    def version_id(self) -> str:
        """The version that was read; `etag:…` without versions, `sha256:…` for a folder."""
        return self._version_id or f"sha256:{self.sha256}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            with suppress(Exception):  # the result of an abandoned body is not needed
                self._interrupt()  # wakes a thread that waits for bytes; close would wait for it
            self._thread.join(timeout=1)
        if not self._thread.is_alive():
            with suppress(Exception):
                self._close()

    def __iter__(self) -> Iterator[bytes]:
        self._thread.start()
        while True:
            try:
                piece = self._ahead.get(timeout=_LOOK_UP_SECONDS)
            except queue.Empty:
                if self.stop.is_set():
                    raise Stopped(signal="a signal") from None
                continue
            if isinstance(piece, RawcoreError):
                raise piece
            if not piece:
                return
            yield piece

    def _fill(self) -> None:
        try:
            while not self._stopped.is_set():
                piece = self._read(PIECE_BYTES)
                self._sha256.update(piece)
                if self._checks.md5:
                    self._md5.update(piece)
                self.received += len(piece)
                if not piece:
                    self._check()
                self._put(piece)
                if not piece:
                    return
        except RawcoreError as error:
            self._put(error)
        except Exception as error:  # the other thread raises it
            self._put(self._explain(error))

    def _put(self, item: bytes | RawcoreError) -> None:
        while not self._stopped.is_set():
            try:
                self._ahead.put(item, timeout=_LOOK_UP_SECONDS)
            except queue.Full:
                continue
            return

    def _check(self) -> None:
        self._at_end()
        if self.size is not None and self.received != self.size:
            raise SizeDiffers(key=self._checks.key, received=self.received, expected=self.size)
        if self._checks.md5 and self._md5.hexdigest() != self._checks.md5:
            raise ChecksumDiffers(key=self._checks.key)

    def _explain(self, error: Exception) -> RawcoreError:
        known = self._as_error(error)
        if not known.retryable or (self.size is not None and self.received >= self.size):
            return known
        return BodyBroken(
            key=self._checks.key,
            received=self.received,
            expected=self.size,
            problem=type(error).__name__,
        )


class S3Store:
    """A bucket: s3:ListBucket, s3:GetObject, s3:GetObjectVersion. Threads may share it."""

    def __init__(self, settings: Settings, log: FilteringBoundLogger | None = None) -> None:
        self.bucket = settings.bucket
        self._settings, self._log = settings, log
        self._md5 = settings.rawcore_s3_md5
        self._pays: dict[str, Any] = (
            {"RequestPayer": "requester"} if settings.rawcore_s3_requester_pays else {}
        )
        try:
            self._client = make_client(settings)
        except Exception as error:
            raise self._error(error, "connect") from error

    def list(self, prefix: str) -> Iterator[Listed]:
        """Yield all objects whose key starts with `prefix`, a page of 1,000 at a time."""
        after: dict[str, Any] = {}
        while True:
            retrying = attempts(self._settings, self._log)
            page = retrying(self._page, Bucket=self.bucket, Prefix=prefix, **self._pays, **after)
            for one in page.get("Contents", ()):
                etag = one.get("ETag", "").strip('"')
                yield Listed(one["Key"], one["Size"], etag, one["LastModified"])
            if not page.get("IsTruncated"):
                return
            after = {"ContinuationToken": page["NextContinuationToken"]}

    def _page(self, **asked: Any) -> Any:
        try:
            return self._client.list_objects_v2(**asked)
        except Exception as error:
            raise self._error(error, "ListObjectsV2") from error

    def open(self, key: str, etag: str | None, version_id: str | None) -> Body:
        """Open one object: the known version, or else only if it still has the listed etag."""
        pinned: dict[str, Any] = dict(self._pays)
        if version_id and _KNOWN_VERSION.fullmatch(version_id):
            pinned["VersionId"] = version_id
        elif etag:
            pinned["IfMatch"] = f'"{etag}"'
        try:
            answer = self._client.get_object(Bucket=self.bucket, Key=key, **pinned)
        except Exception as error:
            raise self._error(error, "GetObject", key) from error
        stream: Any = answer["Body"]
        found = answer.get("ETag", "").strip('"')
        version = answer.get("VersionId")
        if etag and found and found != etag:  # some servers ignore If-Match
            stream.close()
            raise ObjectChanged(key=key)
        plain = not answer.get("SSECustomerAlgorithm") and "kms" not in str(
            answer.get("ServerSideEncryption", "")
        )
        checks = Checks(
            key=key,
            size=answer.get("ContentLength"),
            md5=found if self._md5 and plain and _MD5.fullmatch(found) else None,
        )
        return Body(
            stream.read,
            stream.close,
            checks,
            version_id=version if version and version != "null" else f"etag:{found or etag}",
            as_error=lambda error: self._error(error, "GetObject", key),
            interrupt=lambda: stream._raw_stream.shutdown(),  # a method of urllib3 since 2.3
        )

    def _error(self, error: Exception, operation: str, key: str = "") -> RawcoreError:
        client = getattr(self, "_client", None)
        endpoint = client.meta.endpoint_url if client else "S3"
        return as_store_error(error, operation, self.bucket, key, endpoint)


def make_client(settings: Settings) -> S3Client:
    """Return a client that threads may share, without a request to S3 yet."""
    import boto3
    from botocore.config import Config

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    path_style = settings.rawcore_s3_path_style
    if path_style is None:
        path_style = bool(endpoint)
    # With an endpoint boto3 puts the bucket into the path by default.
    style: Literal["path", "virtual", "auto"] = "virtual" if endpoint else "auto"
    config = Config(
        connect_timeout=settings.rawcore_s3_connect_timeout,
        read_timeout=settings.rawcore_s3_timeout,
        max_pool_connections=settings.rawcore_jobs + 2,
        retries={"total_max_attempts": 1},  # each retry is ours, so that it is logged and recorded
        s3={"addressing_style": "path" if path_style else style},
        request_checksum_calculation="when_required",
        response_checksum_validation=settings.rawcore_s3_checksums,
        user_agent_extra="rawcore",
    )
    # AWS_REGION is read by other SDKs, not by boto3. A profile that assumes a role needs it too.
    region = os.environ.get("AWS_REGION") or None
    return boto3.session.Session(region_name=region).client("s3", config=config)


class FolderStore:
    """A folder with its subfolders; keys are paths with slashes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.bucket = f"file://{root}"

    def list(self, prefix: str) -> Iterator[Listed]:
        """Yield all files whose path below the folder starts with `prefix`, in order."""
        if not self._root.is_dir():
            raise FolderMissing(folder=self._root)

        def refuse(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError):  # deleted since
                key = Path(error.filename).relative_to(self._root).as_posix()
                raise as_store_error(error, "list", self.bucket, key, "the folder") from error

        for folder, folders, names in os.walk(self._root, onerror=refuse):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                key = path.relative_to(self._root).as_posix()
                try:
                    facts = path.stat()
                    key.encode()
                except (OSError, UnicodeEncodeError):
                    continue  # deleted since, a dangling link, or a name that is not UTF-8
                if key.startswith(prefix) and path.is_file():
                    changed = datetime.fromtimestamp(facts.st_mtime, UTC)
                    yield Listed(key, facts.st_size, _etag(facts), changed)

    def open(self, key: str, etag: str | None, version_id: str | None) -> Body:
        """Open one file, if it has not changed after the listing."""
        path = self._root / key
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise ObjectMissing(key=key)
        try:
            stream = path.open("rb")
        except OSError as error:
            raise as_store_error(error, "open", self.bucket, key, "the folder") from error
        facts = os.fstat(stream.fileno())
        if etag and etag != _etag(facts):
            stream.close()
            raise ObjectChanged(key=key)

        def unchanged() -> None:
            if _etag(os.fstat(stream.fileno())) != _etag(facts):
                raise ObjectChanged(key=key)

        return Body(
            stream.read,
            stream.close,
            Checks(key=key, size=facts.st_size, md5=None),
            version_id="",
            at_end=unchanged,
            as_error=lambda error: as_store_error(error, "read", self.bucket, key, "the folder"),
        )


def _etag(facts: os.stat_result) -> str:
    return f"{facts.st_size}-{facts.st_mtime_ns}"
