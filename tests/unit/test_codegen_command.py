"""`python -m codegen` with wrong folders: it names the folder and stops."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from codegen.__main__ import main
from codegen.contract.loading import CONTRACTS


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("command", ["migration", "render", "check"])
def test_a_folder_of_contracts_that_is_not_there_is_named(command: str, tmp_path: Path) -> None:
    done = call(command, "--contracts", str(tmp_path / "typo"))
    assert done.exit_code == 1
    assert f"there are no contracts in {tmp_path / 'typo'}: there is no such folder" in done.output


def test_a_folder_without_a_source_writes_no_migration(tmp_path: Path) -> None:
    done = call("migration", "--contracts", str(tmp_path), "--migrations", str(tmp_path / "m"))
    assert (done.exit_code, (tmp_path / "m").exists()) == (1, False)
    assert "no folder below it holds a source.yml" in done.output


def test_the_folder_of_one_source_is_one_level_too_deep() -> None:
    done = call("migration", "--contracts", str(CONTRACTS / "indici"))
    assert done.exit_code == 2
    assert "indici is one source: give the folder that contains it." in done.output


def test_a_refusal_says_which_folders_were_read(tmp_path: Path) -> None:
    shop = CONTRACTS.parent / "tests" / "data" / "contracts"
    migrations = str(tmp_path / "migrations")
    first = call("migration", "x", "--contracts", str(shop), "--migrations", migrations)
    assert first.exit_code == 0
    done = call("migration", "forgot", "--migrations", migrations)
    assert done.exit_code == 1
    assert f"contracts were read from contracts, migrations from {migrations}" in done.output
