"""A feed changes: its file fails with the reason, and an edit is proposed, decided and applied."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rawcore.cli import cli
from rawcore.errors import ContractsChanged, EngineRefused
from tests.support.databases import Cluster
from tests.support.engine import Engine, migrate_desired

SOURCE = """\
source: web
title: Web
dialect: {field_separator: ";", row_separator: "\\n", encoding: utf-8, header: true}
timezone: Europe/Berlin
file_names: {patterns: ["{file_type}_{kind}_{date_extracted:YYYYMMDDHH24MI}"]}
thresholds: {reject_rate: 0.5}
"""
ORDERS = """\
extract: orders
file_types: [Orders]
description: Orders.
natural_key: [order_id]
core: {kind: fact, table: fact_orders}
columns:
  - {name: order_id, source: OrderID, type: bigint}
  - {name: status, source: Status, type: text, pii: keep}  # as it was
  - {name: amount, source: Amount, type: "numeric(12,2)"}
"""
OLD = b"OrderID;Status;Amount\n1;open;2.50\n2;sent;3\n"
NEW = b"OrderID;Channel;Amount;State\n2;web;4;paid\n3;shop;5;open\n"


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    folder = tmp_path / "team" / "contracts"
    (folder / "web").mkdir(parents=True)
    (folder / "web" / "source.yml").write_text(SOURCE)
    (folder / "web" / "orders.yml").write_text(ORDERS)
    return folder


def engine_of(cluster: Cluster, contracts: Path, tmp_path: Path, name: str) -> Iterator[Engine]:
    """A database of the current contracts, with a folder of its own."""
    cluster.make_template()
    database = cluster.create(f"{cluster.make_template()}_{tmp_path.name[-8:]}_{name}", "template0")
    migrate_desired(database, contracts, tmp_path / name)
    cluster.grant_members(database)
    (tmp_path / name / "in").mkdir()
    engine = Engine(database, tmp_path / name / "in", "web", ())
    yield engine
    engine.close()
    cluster.drop(database.name)


@pytest.fixture
def web(cluster: Cluster, contracts: Path, tmp_path: Path) -> Iterator[Engine]:
    yield from engine_of(cluster, contracts, tmp_path, "before")


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, contracts: Path) -> Any:
    def of(engine: Engine, folder: Path = contracts) -> Any:
        monkeypatch.setenv("DATABASE_URL", engine.database.driver_url)
        monkeypatch.setenv("S3_BUCKET_NAME", f"file://{engine.folder}")
        monkeypatch.setenv("RAWCORE_SOURCE", engine.source)
        monkeypatch.setenv("RAWCORE_CONTRACTS", str(folder))
        return lambda *options: CliRunner().invoke(cli, ["drift", *options])

    return of


def test_a_file_with_other_headings_fails_and_names_them(web: Engine) -> None:
    file = web.ingest("orders", NEW, "2025-11-01 03:00")
    assert (file.status, file.rows_read) == ("failed", None)
    assert file.status_reason == (
        "Drift: it has 4 fields instead of 3. Likely: new: Channel, State; missing: Status."
        " `python ingest.py drift` proposes the edit of the contract."
    )
    assert web.query("SELECT * FROM raw.orders_raw") == []


def test_a_proposal_is_recorded_once(web: Engine, call: Any) -> None:
    web.ingest("orders", OLD, "2025-10-31 03:00")
    web.ingest("orders", NEW, "2025-11-01 03:00")
    first, second = (json.loads(call(web)("--json").stdout) for _ in range(2))
    assert first == second
    assert [(one["drift_id"], one["status"], one["change"]) for one in first] == [
        (1, "proposed", "new: channel, state; dropped: status")
    ]
    assert web.query("SELECT drift_id, headings, fields FROM etl.schema_drift") == [
        (1, ["OrderID", "Channel", "Amount", "State"], 4)
    ]


def test_a_decision_is_kept_and_not_asked_for_again(web: Engine, call: Any) -> None:
    web.ingest("orders", NEW, "2025-11-01 03:00")
    drift = call(web)
    assert drift().exit_code == 1
    done = drift("--decline", "1", "--reason", "they take it back")
    assert (done.exit_code, done.stdout) == (
        0,
        f"Proposal 1 (orders) is declined by {web.one(DECIDED)}.\n",
    )
    again = drift()
    assert (again.exit_code, "Proposal 1, declined" in again.stdout) == (1, True)
    assert isinstance(drift("--accept", "1", "--reason", "announced").exception, EngineRefused)


DECIDED = "SELECT decided_by FROM etl.schema_drift WHERE decided_at IS NOT NULL"


def test_nothing_changes_by_itself(web: Engine, contracts: Path, call: Any) -> None:
    web.ingest("orders", NEW, "2025-11-01 03:00")
    drift = call(web)
    drift()
    drift("--accept", "1", "--reason", "announced")
    assert (contracts / "web" / "orders.yml").read_text() == ORDERS
    assert web.query("SELECT count(*) FROM etl.shapes") == [(1,)]


def test_the_diff_applies_and_files_of_both_shapes_load(
    web: Engine, cluster: Cluster, contracts: Path, tmp_path: Path, call: Any
) -> None:
    web.ingest("orders", NEW, "2025-11-01 03:00")
    drift = call(web)
    diff = drift("--diff").stdout
    assert web.query("SELECT status FROM etl.schema_drift") == [("proposed",)]
    subprocess.run(["patch", "-sp1", "-d", contracts.parent], input=diff.encode(), check=True)
    assert isinstance(drift().exception, ContractsChanged)
    assert drift("--accept", "1", "--reason", "announced").exit_code == 0
    for after in engine_of(cluster, contracts, tmp_path, "after"):
        new = after.ingest("orders", NEW, "2025-11-01 03:00")
        old = after.ingest("orders", OLD, "2025-10-31 03:00")
        assert [new.status, old.status] == ["processed", "processed"]
        assert after.query(
            "SELECT order_id, status, amount::text, channel, state FROM raw.orders_raw"
            " ORDER BY load_run_file_id, line_no"
        ) == [
            ("2", None, "4", "web", "paid"),
            ("3", None, "5", "shop", "open"),
            ("1", "open", "2.50", None, None),
            ("2", "sent", "3", None, None),
        ]
        assert after.query("SELECT * FROM etl.verify('orders')") == []
        assert call(after)().stdout == "No file fails because of drift.\n"


def test_without_headings_the_values_tell(depot: Engine, call: Any, tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parents[1] / "data/contracts/depot", tmp_path / "c" / "depot")
    row = "2025-07-0{}|6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b1{}|17|2025-07-01|2025-07-01 00:00:00\n"
    file = depot.ingest("dated", "".join(row.format(n, n) for n in range(1, 5)).encode())
    assert "rows have 5 fields instead of 4. Likely: 1 column was added." in file.status_reason
    said = call(depot, tmp_path / "c")("--diff")
    assert said.exit_code == 1
    assert [line for line in said.stdout.splitlines() if line[:3] == "+  "] == [
        "+  # New column, guessed from 4 rows, 4 of them filled: review it.",
        '+  - {name: unknown_3, source: unknown_3, type: integer, since: "2025-07-06 12:00"}',
    ]


def test_messages_and_records_hold_no_field_content(
    depot: Engine, call: Any, tmp_path: Path
) -> None:
    shutil.copytree(Path(__file__).parents[1] / "data/contracts/depot", tmp_path / "c" / "depot")
    depot.ingest("bins", b"Ann Example|b|c|d|1|f|g|Bo Example\n")
    shown = call(depot, tmp_path / "c")("--json").stdout
    kept = [
        *depot.query("SELECT d::text FROM etl.schema_drift AS d"),
        *depot.query("SELECT f::text FROM etl.load_run_files AS f"),
        *depot.query("SELECT a::text FROM etl.file_attempts AS a"),
    ]
    assert len(kept) == 3
    assert "Example" not in f"{kept}{shown}"
