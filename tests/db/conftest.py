"""Databases with an engine: the shipped feed, and a small feed of the tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Cluster, Database
from tests.support.engine import Engine, make_contracts_template

DEPOT = Path(__file__).parents[1] / "data" / "contracts" / "depot"


@pytest.fixture
def engine(database: Database, tmp_path: Path) -> Iterator[Engine]:
    """The shipped feed, in a database of this test."""
    made = Engine(database, tmp_path)
    yield made
    made.close()


@pytest.fixture
def keyed(engine: Engine) -> Engine:
    """The same with a pseudonym key."""
    engine.set_pseudonym_key()
    return engine


@pytest.fixture(scope="session")
def depot_template(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The name of the database with only the contracts of the depot."""
    contracts = tmp_path_factory.mktemp("contracts")
    shutil.copytree(DEPOT, contracts / "depot")
    return make_contracts_template(cluster, "depot", contracts)


@pytest.fixture
def depot(cluster: Cluster, depot_template: str, tmp_path: Path) -> Iterator[Engine]:
    """The feed of the tests, in a database of this test."""
    with cluster.clone(depot_template) as made:
        engine = Engine(made, tmp_path, "depot", ())
        yield engine
        engine.close()


@pytest.fixture(scope="module")
def module_depot(
    cluster: Cluster, depot_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """The feed of the tests, in a database of one module."""
    with cluster.clone(depot_template) as made:
        engine = Engine(made, tmp_path_factory.mktemp("depot"), "depot", ())
        yield engine
        engine.close()
