"""The driver with a database and a bucket for each test."""

from collections.abc import Iterator

import pytest

from rawcore.local.weed import Weed
from tests.support.databases import Cluster, Database
from tests.support.ingest import Driver
from tests.support.s3 import Bucket, fresh_bucket
from tests.support.undisturbed import put_files


@pytest.fixture
def driver(database: Database, bucket: Bucket) -> Driver:
    """The driver with a database and a bucket of this test; the pseudonym key is set."""
    made = Driver(database, bucket.environment)
    made.set_pseudonym_key()
    return made


@pytest.fixture(scope="module")
def module_bucket(weed: Weed) -> Bucket:
    """A bucket that the tests of a module share."""
    return fresh_bucket(weed)


@pytest.fixture
def other_database(cluster: Cluster, template: str) -> Iterator[Database]:
    """A second migrated database, for an undisturbed run."""
    with cluster.clone(template) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(module_database: Database, module_bucket: Bucket) -> Driver:
    """The driver after an undisturbed run over the files of put_files."""
    made = Driver(module_database, module_bucket.environment)
    made.set_pseudonym_key()
    put_files(module_bucket)
    assert made.run().code == 0
    return made
