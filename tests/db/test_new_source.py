"""Contracts as `new-source` drafts them load the samples that they were drafted from."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from codegen.__main__ import main
from tests.support.databases import Cluster
from tests.support.engine import Engine, make_contracts_template

SAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "samples"


@pytest.fixture(scope="session")
def drafted_template(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A database of drafted contracts without a review."""
    contracts = tmp_path_factory.mktemp("drafted")
    for name in ("tpch", "synthea"):
        samples = [str(path) for path in sorted((SAMPLES / name).glob("*_20250901.*"))]
        arguments = ["new-source", name, *samples, "--contracts", str(contracts)]
        result = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    return make_contracts_template(cluster, "drafted", contracts)


@pytest.mark.parametrize(("source", "files", "rows"), [("tpch", 8, 203), ("synthea", 3, 41)])
def test_every_row_is_taken(
    cluster: Cluster, drafted_template: str, tmp_path: Path, source: str, files: int, rows: int
) -> None:
    with cluster.clone(drafted_template) as database:
        engine = Engine(database, tmp_path, source, ())
        for path in (SAMPLES / source).glob("*_20250901.*"):
            shutil.copy(path, tmp_path)
        engine.run()
        found = engine.query("SELECT status, rows_read, rows_ingested FROM etl.load_run_files")
        engine.close()
    assert Counter(status for status, _, _ in found) == {"processed": files}
    assert sum(read for _, read, _ in found) == sum(taken for _, _, taken in found) == rows
