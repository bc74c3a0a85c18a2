"""Values do not depend on settings of the session; the views of the routines are the owner's."""

from pathlib import Path

import psycopg
import pytest

from tests.support.databases import Cluster
from tests.support.engine import Engine

PLAIN = {"TimeZone": "UTC", "DateStyle": "ISO, YMD"}
ODD = {"TimeZone": "Asia/Tokyo", "DateStyle": "German, DMY"}
SAMPLE = [
    "1",
    "-2",
    "3",
    "4",
    "5.50",
    "6.7",
    "1",
    "2025-07-04",
    "2025-07-04 09:30:00.250",
    "",
    "x",
    "7",
]
FORMATTED = [
    *("1", "04/07/2025", "20250704", "07-03-2025", "04/07/2025 09:30", "2025-07-04T09:30:00"),
    *("2025-07-03T21:30:00Z", "2025-07-04 09:30:00+12:00", "true", "Y", "5,50", "6,7"),
]
DATED = ["2025-07-04", "6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b11", "2025-07-05", "2025-07-04 23:30:00"]
FACTS = ("samples", "formatted", "dated")


def deliver_all(engine: Engine) -> None:
    """A file in order and a late one of each, so that both paths make values."""
    for at in ("2025-07-06 12:00", "2025-07-05 12:00"):
        engine.ingest("samples", [SAMPLE], at)
        engine.ingest("formatted", [FORMATTED], at)
        engine.ingest("dated", [DATED], at)


def core(engine: Engine) -> list[str]:
    """Return the rows of core but for when they were written, read in a session of one kind."""
    return [
        row
        for fact in FACTS
        for (row,) in engine.owner.execute(f"SELECT f::text FROM core.fact_{fact} AS f")
    ]


def loaded_with(
    cluster: Cluster, template: str, folder: Path, settings: dict[str, str]
) -> list[str]:
    """Return core of a database whose sessions all have these settings."""
    folder.mkdir()
    with cluster.clone(template) as database:
        with psycopg.connect(database.superuser_url, autocommit=True) as connection:
            for name, value in settings.items():
                connection.execute(f"ALTER DATABASE {database.name} SET {name} = '{value}'")
        engine = Engine(database, folder, "depot", ())
        deliver_all(engine)
        found = core(engine)
        engine.close()
    return found


def test_core_is_the_same_whatever_the_settings_of_the_drivers_session(
    cluster: Cluster, depot_template: str, tmp_path: Path
) -> None:
    plain = loaded_with(cluster, depot_template, tmp_path / "plain", PLAIN)
    assert len(plain) == len(FACTS)
    assert loaded_with(cluster, depot_template, tmp_path / "odd", ODD) == plain


def test_a_reprocess_from_an_odd_session_changes_nothing(depot: Engine) -> None:
    deliver_all(depot)
    before = core(depot)
    with psycopg.connect(depot.database.admin_url, autocommit=True) as psql:
        for name, value in ODD.items():
            psql.execute(f"SET {name} = '{value}'")
        for fact in FACTS:
            psql.execute(f"CALL etl.reprocess_extract('{fact}', NULL, NULL)")
            assert psql.execute(f"SELECT * FROM etl.verify('{fact}')").fetchall() == []
    assert core(depot) == before


@pytest.mark.parametrize("view", ["typed", "published", "republished"])
@pytest.mark.parametrize("fact", FACTS)
def test_a_view_gives_the_same_values_in_every_session(depot: Engine, view: str, fact: str) -> None:
    deliver_all(depot)
    found = []
    for settings in (PLAIN, ODD):
        with psycopg.connect(depot.database.admin_url) as session:
            for name, value in settings.items():
                session.execute(f"SET LOCAL {name} = '{value}'")
            session.execute(f"CREATE TABLE core.seen AS SELECT * FROM etl.{view}_{fact}")
            for name, value in PLAIN.items():
                session.execute(f"SET LOCAL {name} = '{value}'")
            found.append(
                session.execute("SELECT s::text FROM core.seen AS s ORDER BY 1").fetchall()
            )
            session.rollback()
    assert found[0]
    assert found[0] == found[1]


def test_the_hash_of_a_row_is_computed_in_place(depot: Engine) -> None:
    plan = depot.query(
        "EXPLAIN (VERBOSE, COSTS OFF) SELECT etl.hash_samples(r, 1) FROM raw.samples_raw AS r"
    )
    assert "hash_record_extended(ROW(sample_id," in "".join(line for (line,) in plan)


@pytest.mark.parametrize("view", ["typed", "published", "republished"])
@pytest.mark.parametrize("role", ["etl_auditor", "etl_writer", "app_reader"])
def test_only_the_owner_reads_the_views_of_the_routines(
    depot: Engine, view: str, role: str
) -> None:
    with psycopg.connect(depot.database.superuser_url) as session:
        session.execute(f"SET ROLE {role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="denied for"):
            session.execute(f"SELECT FROM etl.{view}_samples")
