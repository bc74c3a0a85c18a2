"""A depot with rows that older contracts loaded, and tools to change the contracts."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.databases import Cluster, Database
from tests.support.engine import Engine
from tests.support.upgrade import Delivery, Project, deliver

DEPOT = Path(__file__).parents[1] / "data" / "contracts" / "depot"


def bin_(aisle: str, shelf: str, **more: str) -> dict[str, str]:
    return {"aisle": aisle, "shelf": shelf, "colour": "Red", "size": "S", **more}


def sample(number: int, **more: str) -> dict[str, str]:
    return {"sample_id": str(number), **more}


FIRST: Delivery = {
    "bins": [
        bin_("A", "1", stock="5", remark="dry"),
        bin_("A", "2", stock="7", colour="Green"),
        bin_("B", "1", size="M"),
        bin_("C", "1", size="", colour=""),
    ],
    "picks": [
        {"aisle": "A", "shelf": "1", "revision": "1", "taken": "3"},
        {"aisle": "B", "shelf": "1", "revision": "1", "taken": "x"},
    ],
    "samples": [
        sample(1, an_integer="40000", a_smallint="7", an_amount="1.50", a_text="12", checked="3"),
        sample(2, an_integer="5", a_smallint="8", a_numeric="2.0", a_text="twelve", checked="4"),
        sample(3, an_integer="3000000000", a_text="12", checked="11", an_amount="0.5"),
        sample(4, an_integer="9", a_date="2025-01-02", a_boolean="1", an_amount="99999.99"),
        sample(5),
    ],
    "shelves": [
        {"shelf_id": "1", "label": "top", "levels": "4"},
        {"shelf_id": "2", "label": "low", "levels": ""},
    ],
}
SECOND: Delivery = {
    "bins": [
        bin_("A", "1", stock="6", remark="wet"),
        bin_("A", "2", stock="7", colour="Green"),
        bin_("C", "1", size="L", colour="Blue"),
    ],
    "picks": [{"aisle": "A", "shelf": "1", "revision": "2", "taken": "4"}],
    "samples": [
        sample(1, an_integer="40001", a_smallint="7", an_amount="1.50", a_text="13", checked="3"),
        sample(2, an_integer="5", a_smallint="8", a_numeric="2.0", a_text="twelve", checked="4"),
        sample(4, an_integer="9", a_date="2025-01-02", a_boolean="1", an_amount="99999.99"),
        sample(6, an_integer="70000", a_text="6", checked="9"),
    ],
    "shelves": [
        {"shelf_id": "1", "label": "top", "levels": "4"},
        {"shelf_id": "3", "label": "mid", "levels": "2"},
    ],
}
DAYS = {"2025-07-06 12:00": FIRST, "2025-07-07 12:00": SECOND}


@dataclass(frozen=True)
class Depot:
    """A depot with rows: its project, and the template of its database."""

    project: Project
    template: str


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
