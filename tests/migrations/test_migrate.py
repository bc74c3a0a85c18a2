"""Applying migrations and taking them back, on a throwaway folder."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from codegen.migration import migrate
from codegen.migration.migrate import MigrationError
from tests.support.databases import Cluster, Database


def write(folder: Path, name: str, apply: str, rollback: str, depends: str | None = None) -> None:
    (folder / name).mkdir(parents=True)
    (folder / f"{name}.py").write_text(migrate.migration_file(name, depends))
    (folder / name / "apply.sql").write_text(apply)
    (folder / name / "rollback.sql").write_text(rollback)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    first = "CREATE TABLE one (id int);\nDO $x$ BEGIN PERFORM '%s;'; END $x$;\n"
    write(tmp_path, "0001_one", first, "DROP TABLE one;")
    write(tmp_path, "0002_two", "CREATE TABLE two (id int);", "DROP TABLE two;", "0001_one")
    return tmp_path


def tables(url: str) -> list[str]:
    query = "SELECT relname FROM pg_class WHERE relname IN ('one', 'two', 'three') ORDER BY 1"
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute(query)]


def test_migrations_apply_in_order_and_only_once(empty_database: Database, folder: Path) -> None:
    assert migrate.apply(empty_database.admin_url, folder) == ["0001_one", "0002_two"]
    assert migrate.apply(empty_database.admin_url, folder) == []
    assert tables(empty_database.admin_url) == ["one", "two"]


def test_rollback_takes_the_newest_back(empty_database: Database, folder: Path) -> None:
    migrate.apply(empty_database.admin_url, folder)
    assert migrate.rollback(empty_database.admin_url, folder=folder) == ["0002_two"]
    assert tables(empty_database.admin_url) == ["one"]
    assert migrate.rollback(empty_database.admin_url, 5, folder) == ["0001_one"]
    assert migrate.apply(empty_database.admin_url, folder) == ["0001_one", "0002_two"]


def test_several_at_once_apply_each_migration_once(empty_database: Database, folder: Path) -> None:
    slow = "SELECT pg_sleep(0.3); CREATE TABLE three ();"
    write(folder, "0003_three", slow, "DROP TABLE three;", "0002_two")
    said: list[str] = []
    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(migrate.apply, empty_database.admin_url, folder, said.append)
            for _ in range(4)
        ]
    applied = sorted(name for run in runs for name in run.result())
    assert applied == ["0001_one", "0002_two", "0003_three"]
    assert set(said) == {"waiting for another migration of this database to end"}


def test_a_failed_statement_is_named_and_leaves_nothing(
    empty_database: Database, folder: Path
) -> None:
    broken = "CREATE TABLE three (id int);\n\nALTER TABLE three\n    ADD COLUMN x nonsense;\n"
    write(folder, "0003_three", broken, "", "0002_two")
    with pytest.raises(MigrationError) as caught:
        migrate.apply(empty_database.admin_url, folder)
    first, line, statement = str(caught.value).splitlines()
    assert first.endswith('0003_three/apply.sql:4: type "nonsense" does not exist (42704)')
    assert line == "  ADD COLUMN x nonsense;"
    assert statement == "  in the statement of line 3: ALTER TABLE three"
    assert tables(empty_database.admin_url) == ["one", "two"]
    assert migrate.rollback(empty_database.admin_url, folder=folder) == ["0002_two"]


def test_a_migration_that_cannot_be_read_is_not_skipped(
    empty_database: Database, folder: Path
) -> None:
    (folder / "0003_odd.py").write_text("steps = [")
    with pytest.raises(MigrationError, match=r"0003_odd\.py cannot be read"):
        migrate.apply(empty_database.admin_url, folder)
    assert tables(empty_database.admin_url) == []


def test_warnings_of_a_migration_are_passed_on(empty_database: Database, tmp_path: Path) -> None:
    body = "DO $x$ BEGIN RAISE WARNING 'reprocess visits'; RAISE NOTICE 'no'; END $x$"
    write(tmp_path, "0001_one", body, "")
    said: list[str] = []
    migrate.apply(empty_database.admin_url, tmp_path, said.append)
    assert said == ["reprocess visits"]


def test_a_migration_may_change_its_role(empty_database: Database, tmp_path: Path) -> None:
    role = f"role_of_{empty_database.name}"
    apply = f"CREATE ROLE {role};\nGRANT {role} TO CURRENT_USER;\nSET ROLE {role};"
    write(tmp_path, "0001_one", apply, f"DROP ROLE {role};")
    assert migrate.apply(empty_database.admin_url, tmp_path) == ["0001_one"]
    assert migrate.rollback(empty_database.admin_url, folder=tmp_path) == ["0001_one"]


@pytest.fixture
def latin1(cluster: Cluster) -> Iterator[Database]:
    database = cluster.database("rawcore_latin1")
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS rawcore_latin1")
        connection.execute(
            "CREATE DATABASE rawcore_latin1 TEMPLATE template0 ENCODING 'LATIN1' "
            "LOCALE_PROVIDER libc LOCALE 'C'"
        )
    yield database
    cluster.drop(database.name)


def test_a_database_that_is_not_utf8_is_refused(latin1: Database, folder: Path) -> None:
    with pytest.raises(MigrationError, match=r"encoded in LATIN1.*ENCODING 'UTF8'"):
        migrate.apply(latin1.admin_url, folder)


def test_odd_passwords_and_url_schemes_are_understood(
    cluster: Cluster, empty_database: Database, folder: Path
) -> None:
    login = f"odd_{empty_database.name}"
    with psycopg.connect(empty_database.superuser_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {login} LOGIN CREATEROLE PASSWORD 'a@b:/?#[% é'")
        connection.execute(f"ALTER DATABASE {empty_database.name} OWNER TO {login}")
    try:
        url = empty_database.admin_url.split("@", 1)[1]
        odd = f"postgresql+psycopg://{login}:a%40b%3A%2F%3F%23%5B%25%20%C3%A9@{url}"
        assert migrate.apply(odd, folder) == ["0001_one", "0002_two"]
    finally:
        cluster.drop(empty_database.name)
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            connection.execute(f"DROP ROLE {login}")


def test_an_unreachable_database_is_a_clear_error(folder: Path) -> None:
    with pytest.raises(MigrationError, match="cannot be reached"):
        migrate.apply("postgresql://nobody:x@127.0.0.1:1/none", folder)
