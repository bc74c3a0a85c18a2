"""Contracts and migrations outside the clone: change, migrate, load, and compare."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from codegen.__main__ import main
from codegen.migration import migrate
from tests.support.databases import Database
from tests.support.engine import Engine

SQUAWK = Path(sys.executable).with_name("squawk")
CONFIG = Path(__file__).parents[2] / ".squawk.toml"

#: Extracts of a delivery and the rows of each, by column.
Delivery = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True)
class Project:
    """A folder with contracts and migrations, outside this repository."""

    folder: Path

    @property
    def contracts(self) -> Path:
        """The folder of contracts."""
        return self.folder / "contracts"

    @property
    def migrations(self) -> Path:
        """The folder of migrations."""
        return self.folder / "migrations"

    def copy(self, folder: Path) -> Project:
        """Return a copy of the project."""
        shutil.copytree(self.folder, folder)
        return Project(folder)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that occurs once; without `old` write the file, without both remove it."""
        path = self.contracts / file
        if not old and not new:
            path.unlink()
        elif not old:
            path.write_text(new)
        else:
            text = path.read_text()
            assert text.count(old) == 1, (file, old)
            path.write_text(text.replace(old, new))

    def migration(self, *arguments: str) -> tuple[int, str]:
        """Write the next migration; return exit code and output."""
        where = ["--contracts", str(self.contracts), "--migrations", str(self.migrations)]
        result = CliRunner().invoke(main, ["migration", *arguments, *where])
        assert isinstance(result.exception, SystemExit | None), result
        return result.exit_code, result.output

    def text(self, file: str = "apply.sql") -> str:
        """Return a file of the newest migration."""
        return (sorted(self.migrations.glob("*/apply.sql"))[-1].with_name(file)).read_text()

    def apply(self, database: Database) -> list[str]:
        """Apply what is pending; return the warnings."""
        said: list[str] = []
        migrate.apply(database.admin_url, self.migrations, said.append, pause=0.01)
        return said

    def rollback(self, database: Database) -> None:
        """Take the newest migration back."""
        migrate.rollback(database.admin_url, 1, self.migrations, lambda _: None)

    def squawk(self) -> str:
        """Return the findings of squawk in the newest migration and its rollback."""
        newest = sorted(self.migrations.glob("*/apply.sql"))[-1]
        done = subprocess.run(
            [SQUAWK, "--config", CONFIG, newest, newest.with_name("rollback.sql")],
            capture_output=True,
            text=True,
            check=False,
        )
        return "" if done.returncode == 0 else done.stdout


def deliver(engine: Engine, delivery: Delivery, at: str, names: Mapping[str, str | None]) -> None:
    """Load files of one date. `names`: columns that are called otherwise now, or gone."""
    for extract, rows in delivery.items():
        if extract in engine.columns:
            engine.deliver(extract, [dict(_named(row, names)) for row in rows], at)
    engine.run()


def _named(row: Mapping[str, str], names: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        new = names.get(name, name)
        if new is not None:
            yield new, value


def contents(engine: Engine, *, hashed: Sequence[str]) -> dict[str, list[Any]]:
    """Return stg, core, rejects and counts of all extracts, without the ids of files.

    Hashes of rows, and whether a row was skipped as unchanged, are compared of `hashed` extracts.
    """
    found: dict[str, list[Any]] = {}
    for extract, stg, core in engine.query(
        "SELECT extract, stg_table, core_table FROM etl.extracts"
    ):
        for table in (stg, core):
            found[table] = _sorted(
                engine,
                f"SELECT to_jsonb(t) - '{'nothing' if extract in hashed else 'row_hash'}'"
                f" - 'load_run_file_id' FROM {table} AS t",
            )
    found["rejects"] = _sorted(
        engine,
        "SELECT jsonb_build_array(extract, date_extracted, line_no, stage, field_errors,"
        " natural_key) FROM etl.rejects JOIN etl.load_run_files USING (extract, load_run_file_id)"
        " WHERE resolved_by_run IS NULL",
    )
    typed = f"CASE WHEN extract = ANY ('{{{','.join(hashed)}}}') THEN rows_ingested END"
    found["files"] = _sorted(
        engine,
        "SELECT jsonb_build_array(extract, date_extracted, status, is_counting, status_reason,"
        f" rows_read, rows_ingested + rows_unchanged, {typed}, rows_duplicate, rows_rejected)"
        " FROM etl.load_run_files",
    )
    return found


def _sorted(engine: Engine, query: str) -> list[Any]:
    return sorted((value for (value,) in engine.owner.execute(query.encode())), key=repr)
