"""A depot with rows that older contracts loaded, and tools to change the contracts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Cluster, Database
from tests.support.depot import DAYS, Depot
from tests.support.engine import Engine
from tests.support.upgrade import Project, deliver

DEPOT = Path(__file__).parents[1] / "data" / "contracts" / "depot"


@pytest.fixture(scope="session")
def depot(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Depot]:
    """The depot before the change with two deliveries; `template` creates the roles."""
    folder = tmp_path_factory.mktemp("depot")
    project = Project(folder / "project")
    shutil.copytree(DEPOT, project.contracts / "depot", ignore=shutil.ignore_patterns("boxes.yml"))
    sql = project.migrations / "0001_initial" / "apply.sql"
    then = f'make migrate ARGS="--migrations {project.migrations}"'
    assert project.migration("initial") == (0, f"0001_initial: read {sql}, then run {then}\n")
    with cluster.clone("template0") as made:
        project.apply(made)
        cluster.grant_members(made)
        engine = Engine(made, folder, "depot", ())
        engine.set_pseudonym_key()
        for at, delivery in DAYS.items():
            deliver(engine, delivery, at, {})
        engine.close()
        yield Depot(project, made.name)


@pytest.fixture
def project(depot: Depot, tmp_path: Path) -> Project:
    """A copy of the project, to be changed."""
    return depot.project.copy(tmp_path / "project")


@pytest.fixture
def upgraded(cluster: Cluster, depot: Depot, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the database with rows, to be migrated."""
    (tmp_path / "next").mkdir()
    with cluster.clone(depot.template) as made:
        engine = Engine(made, tmp_path / "next", "depot", ())
        yield engine
        engine.close()


@pytest.fixture
def fresh(
    cluster: Cluster, depot: Depot, tmp_path: Path, empty_database: Database
) -> Iterator[Engine]:
    """An empty database, for the desired state."""
    (tmp_path / "fresh").mkdir()
    engine = Engine(empty_database, tmp_path / "fresh", "depot", ())
    yield engine
    engine.close()
