"""A warehouse of the shop feed for each worker."""

from collections.abc import Iterator

import pytest

from tests.semantics.warehouse import Warehouse, shop_warehouse
from tests.semantics.world import World
from tests.support.databases import Cluster


@pytest.fixture(scope="session")
def warehouse(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One database a worker; `World` empties it."""
    with shop_warehouse(cluster, tmp_path_factory.mktemp("shop")) as made:
        yield made


@pytest.fixture
def world(warehouse: Warehouse) -> World:
    """An empty shop."""
    return World(warehouse)
