"""The same files from different stores give the same core."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.databases import Database
from tests.support.ingest import Driver, medicines, name
from tests.support.rclone import rclone_bucket
from tests.support.s3 import Bucket, moto_server_bucket

pytestmark = pytest.mark.s3

FILES = {
    name("Medicine", 1): medicines(1, 9),
    f"C:/Jobs/odd prefix/{name('Medicine', 2)}": medicines(5, 12, "Mānuka balm"),
}
CORRECTED = {name("Medicine", 1): medicines(2, 9)}


class Folder:
    """A folder that gets objects like a bucket."""

    def __init__(self, root: Path) -> None:
        self._root, self.environment = root, {"S3_BUCKET_NAME": f"file://{root}"}

    def put(self, key: str, body: bytes) -> None:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Bucket | Folder]:
    """Yield an empty bucket of a kind of server, or a folder."""
    if kind == "folder":
        yield Folder(folder)
    elif kind == "moto":
        with moto_server_bucket() as bucket:
            yield bucket
    else:
        with rclone_bucket(folder) as bucket:
            yield bucket


def load(driver: Driver, bucket: Bucket | Folder) -> dict[str, str]:
    """Load the files, then a correction of one; return core."""
    for files in (FILES, CORRECTED):
        for key, content in files.items():
            bucket.put(key, content)
        done = driver.run()
        assert done.code == 0, done.err
    assert driver.run().out == "Nothing to do.\n"
    return driver.core()


@pytest.fixture(scope="module")
def expected(module_database: Database, module_bucket: Bucket) -> dict[str, str]:
    """Core after loading from SeaweedFS with versions."""
    driver = Driver(module_database, module_bucket.environment)
    driver.set_pseudonym_key()
    return load(driver, module_bucket)


@pytest.mark.parametrize(
    ("kind", "version"), [("rclone", "etag:%"), ("folder", "sha256:%"), ("moto", "________-%")]
)
def test_another_store_makes_the_same_core(
    database: Database, tmp_path: Path, expected: dict[str, str], kind: str, version: str
) -> None:
    with opened(kind, tmp_path / "store") as other:
        there = Driver(database, other.environment)
        there.set_pseudonym_key()
        assert load(there, other) == expected
    versions = "SELECT bool_and(s3_version_id LIKE %s) FROM etl.load_run_files"
    assert there.value(versions, version) is True
    assert there.value("SELECT count(DISTINCT s3_version_id) FROM etl.load_run_files") == 3
