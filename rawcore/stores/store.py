"""The stores: an S3 bucket, or a folder that is read in the same way."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from rawcore.errors import RawcoreError
from rawcore.settings import Settings
from rawcore.stores.readahead import Body, Checks
from rawcore.stores.s3_client import make_client
from rawcore.stores.store_errors import FolderMissing, ObjectChanged, ObjectMissing, as_store_error

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_MD5 = re.compile(r"[0-9a-f]{32}")
_KNOWN_VERSION = re.compile(r"(?!etag:|sha256:|null$).+")


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
    """Return the store of S3_BUCKET_NAME, without a request yet. Failed requests are logged."""
    if settings.bucket.startswith("file://"):
        return FolderStore(Path(unquote(settings.bucket.removeprefix("file://"))))
    return S3Store(settings, log)


class S3Store:
    """A bucket: s3:ListBucket, s3:GetObject, s3:GetObjectVersion. Threads may share it."""

    def __init__(self, settings: Settings, log: FilteringBoundLogger | None = None) -> None:
        self.bucket = settings.bucket
        self._log = log
        self._md5 = settings.rawcore_s3_md5
        self._pays: dict[str, Any] = (
            {"RequestPayer": "requester"} if settings.rawcore_s3_requester_pays else {}
        )
        try:
            self._client = make_client(settings, settings.rawcore_attempts)
            # The run retries failed reads itself, so that each attempt is logged and recorded.
            self._reader = make_client(settings, 1)
            self._client.meta.events.register("needs-retry.s3", self._say_vain)
        except Exception as error:
            raise self._error(error, "connect") from error

    def list(self, prefix: str) -> Iterator[Listed]:
        """Yield all objects whose key starts with `prefix`, a page of 1,000 at a time."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix, **self._pays
        )
        try:
            for page in pages:
                for one in page.get("Contents", ()):
                    etag = one.get("ETag", "").strip('"')
                    yield Listed(one["Key"], one["Size"], etag, one["LastModified"])
        except RawcoreError:
            raise
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
            answer = self._reader.get_object(Bucket=self.bucket, Key=key, **pinned)
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

    def _say_vain(
        self, operation: Any, response: Any, attempts: int, caught_exception: Any, **_: Any
    ) -> None:
        """Log a failed request: boto3 retries it without a log line."""
        code = response[1].get("Error", {}).get("Code") if response else None
        problem = code or (type(caught_exception).__name__ if caught_exception else None)
        if problem and self._log is not None:
            name = operation.name
            self._log.warning("attempt failed", operation=name, problem=problem, attempt=attempts)

    def _error(self, error: Exception, operation: str, key: str = "") -> RawcoreError:
        client = getattr(self, "_client", None)
        endpoint = client.meta.endpoint_url if client else "S3"
        return as_store_error(error, operation, self.bucket, key, endpoint)


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
