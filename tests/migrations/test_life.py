"""Side effects of a migration: on other sessions, when repeated, interrupted or rolled back."""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from codegen.migration import migrate
from codegen.migration.desired import desired_state
from codegen.migration.migrate import MigrationError
from codegen.migration.planner import migrated_state, next_migration, plan
from tests.support.databases import Database
from tests.support.depot import CRATES, LEVELS, SAMPLES, SHELVES, column
from tests.support.engine import Engine
from tests.support.upgrade import Project

ROOT = Path(__file__).parents[2]
DEPTH = column("depth", "type: integer")
CHECK = LEVELS.replace("integer}", "integer, check: levels > 2}")


def write(project: Project, *edits: tuple[str, str, str]) -> str:
    for edit in edits:
        project.edit(*edit)
    code, said = project.migration("change")
    assert code == 0, said
    return said


@contextmanager
def session(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        yield connection


def test_views_of_others_over_raw_survive_a_new_column(project: Project, upgraded: Engine) -> None:
    upgraded.query("CREATE VIEW public.tops AS SELECT label, s3_key FROM raw.shelves")
    upgraded.query("GRANT SELECT ON raw.shelves TO app_reader")
    write(project, (SHELVES, LEVELS, DEPTH + LEVELS))
    project.apply(upgraded.database)
    assert upgraded.one("SELECT count(*) FROM public.tops") == 4
    assert upgraded.one("SELECT has_table_privilege('app_reader', 'raw.shelves', 'SELECT')")
    assert upgraded.columns["shelves"] == ["shelf_id", "label", "depth", "levels"]


def test_a_view_of_others_on_what_goes_stops_the_migration(
    project: Project, upgraded: Engine
) -> None:
    upgraded.query("CREATE VIEW public.levels AS SELECT levels FROM raw.shelves")
    allow = (SHELVES, "full_load: mirror\n", "full_load: mirror\nallow: [drop levels]\n")
    write(project, (SHELVES, LEVELS, ""), allow)
    with pytest.raises(MigrationError, match=r"view levels depends on view raw\.shelves"):
        project.apply(upgraded.database)
    assert upgraded.one("SELECT count(*) FROM public.levels") == 4


def test_a_rollback_of_a_new_extract_leaves_nothing_of_it(
    project: Project, upgraded: Engine
) -> None:
    def there() -> list[Any]:
        tables = ("extracts", "locks", "columns", "shapes", "file_types", "load_run_files")
        counted = [f"(SELECT count(*) FROM etl.{t} WHERE extract = 'crates')" for t in tables]
        return list(*upgraded.owner.execute(f"SELECT {', '.join(counted)}".encode()))

    write(project, ("depot/crates.yml", "", CRATES))
    project.apply(upgraded.database)
    path = upgraded.deliver("crates", [{"crate_id": "1"}])
    upgraded.run()
    assert there() == [1, 1, 2, 1, 1, 1]
    project.rollback(upgraded.database)
    assert there() == [0, 0, 0, 0, 0, 0]
    assert upgraded.query("SELECT * FROM etl.verify('shelves')") == []

    project.apply(upgraded.database)
    upgraded.run()
    assert upgraded.file(path).status == "processed"
    assert upgraded.query("SELECT crate_id FROM core.dim_crates") == [(1,)]


def test_two_at_once_apply_a_change_once_and_a_third_finds_nothing(
    project: Project, upgraded: Engine
) -> None:
    write(project, (SHELVES, LEVELS, CHECK))
    url, said = upgraded.database.admin_url, list[str]()
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(migrate.apply, url, project.migrations, said.append) for _ in range(3)]
    assert sorted(name for run in runs for name in run.result()) == ["0002_change"]
    assert upgraded.one("SELECT bool_and(convalidated) FROM pg_constraint")


def test_what_an_interrupted_apply_left_is_done_by_the_next(
    project: Project, upgraded: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, (SHELVES, LEVELS, CHECK))
    text = (project.migrations / "0002_change" / "apply.sql").read_text()
    kill = "SELECT pg_terminate_backend(pg_backend_pid());\n"
    path = project.migrations / "0002_change" / "apply.sql"
    path.write_text(text + kill)
    with pytest.raises(MigrationError):
        project.apply(upgraded.database)
    assert "depth" not in upgraded.columns["shelves"]

    path.write_text(text)
    with monkeypatch.context() as patch:
        patch.setattr("codegen.migration.migrate._Backend.validate", lambda _: None)
        project.apply(upgraded.database)
    unvalidated = "SELECT conname FROM pg_constraint WHERE NOT convalidated"
    assert upgraded.query(unvalidated) == [("shelves_levels_check",)]
    assert project.apply(upgraded.database) == []
    assert upgraded.query(unvalidated) == []


def test_a_migration_that_was_edited_after_it_was_applied_is_found(
    project: Project, upgraded: Engine
) -> None:
    path = project.migrations / "0001_initial" / "apply.sql"
    text = path.read_text()
    path.write_text(text + "-- one more word\n")
    with pytest.raises(MigrationError, match="0001_initial: edited after it was applied"):
        project.apply(upgraded.database)
    path.write_text(text)
    assert project.apply(upgraded.database) == []


def test_a_migration_waits_in_turns_for_who_has_a_file_in_hand(
    project: Project, upgraded: Engine
) -> None:
    write(project, (SHELVES, LEVELS, LEVELS + DEPTH))
    path = project.migrations / "0002_change" / "apply.sql"
    path.write_text(path.read_text().replace("lock_timeout = '5s'", "lock_timeout = '50ms'"))
    said: list[str] = []
    with session(upgraded.database) as other:
        other.execute("BEGIN")
        other.execute("SELECT FROM etl.locks WHERE extract = 'shelves' FOR UPDATE")

        def report(line: str) -> None:
            said.append(line)
            other.execute("ROLLBACK")

        migrate.apply(upgraded.database.admin_url, project.migrations, report, pause=0.01)
    assert said == ["the tables are in use: retrying"]


def test_a_big_table_is_written_anew_only_where_that_is_said(
    project: Project, upgraded: Engine
) -> None:
    upgraded.query("UPDATE etl.config SET value = '1' WHERE name = 'rewrite_bytes'")
    integer = "{name: an_integer, source: Integer, type: integer}"
    write(project, (SAMPLES, integer, integer.replace("type: integer", "type: bigint")))
    url = upgraded.database.admin_url
    with pytest.raises(MigrationError, match=r"stg.samples has .* would be rewritten .*RC020"):
        migrate.apply(url, project.migrations, lambda _: None)
    migrate.apply(url, project.migrations, lambda _: None, may_rewrite=True)
    upgraded.ingest("samples", [{"sample_id": "9", "an_integer": "3000000000"}], "2025-08-01 12:00")
    assert upgraded.one("SELECT max(an_integer) FROM core.fact_samples") == 3000000000


def test_what_only_raw_can_fill_again_is_not_emptied_after_a_purge(
    project: Project, upgraded: Engine
) -> None:
    rekey = "natural_key: [an_integer]\nallow: [rekey]"
    write(project, (SAMPLES, "natural_key: [sample_id]", rekey))
    upgraded.query("CALL etl.purge_raw('2025-07-05 00:00', 'samples')")
    before = upgraded.query("SELECT * FROM core.fact_samples ORDER BY 1")
    with pytest.raises(MigrationError, match=r"rows of samples before .* no longer in raw .RC021"):
        migrate.apply(upgraded.database.admin_url, project.migrations, lambda _: None)
    assert upgraded.query("SELECT * FROM core.fact_samples ORDER BY 1") == before


def test_a_required_column_cannot_come_for_files_that_do_not_have_it(project: Project) -> None:
    project.edit(SHELVES, LEVELS, LEVELS + column("depth", "type: integer, required: true"))
    code, said = project.migration("change")
    assert (code, "write since: with the first DateExtracted that has it" in said) == (1, True)


def test_a_required_column_comes_with_its_date_and_an_old_file_after_it(
    project: Project, upgraded: Engine
) -> None:
    depth = column("depth", "type: integer, required: true, since: 2025-07-08")
    assert "CALL" not in write(project, (SHELVES, LEVELS, depth + LEVELS))
    assert project.squawk() == ""
    assert project.apply(upgraded.database) == []
    new = upgraded.ingest("shelves", b"7|new|3|4\n", "2025-07-08 12:00")
    old = upgraded.ingest("shelves", b"8|old|4\n", "2025-07-05 12:00")
    assert (new.status, old.status) == ("processed", "processed")
    assert upgraded.query(
        "SELECT shelf_id, depth, levels FROM core.fact_shelves WHERE shelf_id > 6 ORDER BY 1"
    ) == [(7, 3, 4), (8, None, 4)]
    assert upgraded.query("SELECT * FROM etl.verify('shelves')") == []


def test_a_narrower_column_does_not_stop_a_late_file(project: Project, upgraded: Engine) -> None:
    integer = "{name: an_integer, source: Integer, type: integer}"
    write(
        project,
        (SAMPLES, integer, integer.replace("type: integer", "type: smallint")),
        (SAMPLES, "entity: sample\n", "entity: sample\nallow: [retype an_integer]\n"),
    )
    project.apply(upgraded.database)
    late = upgraded.ingest("samples", [{"sample_id": "1", "an_integer": "3"}], "2025-07-01 12:00")
    assert late.status == "processed"
    assert upgraded.query("SELECT an_integer FROM core.fact_samples WHERE sample_id = 1") == [(3,)]


def test_a_source_goes_when_that_is_said(project: Project, upgraded: Engine) -> None:
    other = project.contracts / "sheds"
    other.mkdir()
    depot = (project.contracts / "depot" / "source.yml").read_text()
    (other / "source.yml").write_text(depot.replace("source: depot", "source: sheds"))
    (other / "crates.yml").write_text(CRATES)
    write(project)
    project.apply(upgraded.database)
    for path in other.iterdir():
        path.unlink()
    code, said = project.migration("away")
    assert (code, "make migration ARGS='--drop-source sheds'" in said) == (1, True)
    assert project.migration("away", "--drop-source", "sheds")[0] == 0
    project.apply(upgraded.database)
    assert upgraded.query("SELECT source FROM etl.sources") == [("depot",)]
    assert upgraded.one("SELECT to_regclass('core.dim_crates')") is None


def test_the_engine_changes_too(project: Project, upgraded: Engine, tmp_path: Path) -> None:
    edits = {
        "etl.config": ("    description text NOT", "    unit text,\n    description text NOT"),
        "etl.config_bigint": ("p_name text", "p_setting text"),
        "core.files": ("    f.s3_key,\n", "    f.s3_key,\n    f.member,\n"),
    }
    wanted = desired_state(project.contracts)
    objects = []
    for one in wanted.objects:
        old, new = edits.get(one.name, ("", ""))
        assert old in one.sql
        sql = one.sql.replace(old, new) if old else one.sql
        objects.append(replace(one, sql=sql.replace("= p_name", "= p_setting") if old else sql))
    made = plan(migrated_state(project.migrations), replace(wanted, objects=objects))
    assert made is not None
    assert made.summary == ["the engine: etl.config, etl.config_bigint, core.files"]
    made.write(project.migrations, *next_migration(project.migrations, "engine"))
    assert project.squawk() == ""
    project.apply(upgraded.database)
    assert upgraded.one("SELECT count(member) FROM core.files") == 8
    assert plan(migrated_state(project.migrations), replace(wanted, objects=objects)) is None
    project.rollback(upgraded.database)
    assert "member" not in str(upgraded.query("SELECT to_jsonb(f) FROM core.files AS f"))


def test_a_column_comes_to_the_feed_that_ships(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path)
    for folder in ("contracts", "migrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    path = project.contracts / "indici" / "appointments.yml"
    narrow, wide = (f"source: Duration, type: {name}" for name in ("integer", "bigint"))
    project.edit("indici/appointments.yml", narrow, wide)
    new = "  - {name: video_link, source: VideoLink, type: text, pii: drop}\n"
    path.write_text(path.read_text() + new)
    code, said = project.migration("video")
    assert code == 0, said
    assert re.findall(r"  indici/appointments: (.*)", said) == [
        "duration: type integer → bigint",
        "column video_link is new (text)",
    ]
    assert project.squawk() == ""
    project.apply(database)
    (tmp_path / "files").mkdir()
    engine = Engine(database, tmp_path / "files")
    engine.set_pseudonym_key()
    row = {"appointment_id": "7", "duration": "30", "video_link": "x"}
    file = engine.ingest("appointments", [row])
    assert (file.status, file.rows_read) == ("processed", 1)
    project.rollback(database)
    assert "video_link" not in Engine(database, tmp_path / "files").columns["appointments"]
    engine.close()
