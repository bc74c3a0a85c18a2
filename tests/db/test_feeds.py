"""Feeds that are nothing but contracts, in one database with the shipped feed."""

import csv
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from codegen.__main__ import main
from codegen.migration import migrate
from tests.support.databases import Cluster
from tests.support.engine import Engine, counts

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
NAMES = re.compile("tpc.?h|synthea|lineitem|partsupp", re.IGNORECASE)


@pytest.fixture(scope="module")
def feeds_template(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database of the shipped feed to which a later migration added two more."""
    folder = tmp_path_factory.mktemp("team")
    shutil.copytree(EXAMPLES / "contracts", folder / "contracts")
    shutil.copytree(ROOT / "contracts" / "indici", folder / "contracts" / "indici")
    shutil.copytree(migrate.MIGRATIONS, folder / "migrations")
    paths = ["--contracts", f"{folder}/contracts", "--migrations", f"{folder}/migrations"]
    result = CliRunner().invoke(main, ["migration", "feeds", *paths], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    with cluster.clone(template) as database:
        assert migrate.apply(database.admin_url, folder / "migrations") == ["0002_feeds"]
        yield database.name


@pytest.fixture
def tpch(cluster: Cluster, feeds_template: str, tmp_path: Path) -> Iterator[Engine]:
    yield from made(cluster, feeds_template, tmp_path, "tpch", ())


@pytest.fixture
def synthea(cluster: Cluster, feeds_template: str, tmp_path: Path) -> Iterator[Engine]:
    for engine in made(cluster, feeds_template, tmp_path, "synthea", ()):
        engine.set_pseudonym_key()
        yield engine


def made(
    cluster: Cluster, name: str, folder: Path, source: str, tenant: tuple[str, ...]
) -> Iterator[Engine]:
    with cluster.clone(name) as database:
        engine = Engine(database, folder, source, tenant)
        yield engine
        engine.close()


def deliver(engine: Engine, day: str) -> None:
    """Put the sample files of one day into the bucket."""
    for path in sorted((EXAMPLES / "samples" / engine.source).glob(f"*_{day}.*")):
        shutil.copy(path, engine.folder)


def tbl(name: str, day: str) -> list[list[str]]:
    """Rows of a sample, split by hand."""
    text = (EXAMPLES / "samples" / "tpch" / f"{name}_{day}.tbl").read_text()
    return [line.split("|")[:-1] for line in text.splitlines()]


def sheet(name: str, day: str) -> list[dict[str, str]]:
    """Rows of a sample, read by the csv module."""
    path = EXAMPLES / "samples" / "synthea" / f"{name}_{day}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def statuses(engine: Engine) -> list[tuple[str, int]]:
    return engine.query(
        "SELECT status, sum(rows_rejected)::integer FROM etl.load_run_files GROUP BY status"
    )


def state(engine: Engine, *tables: str) -> dict[str, list[str]]:
    """Rows of core tables as text, without the ids of runs and files."""
    return {
        table: [
            row
            for (row,) in engine.query(
                f"SELECT (to_jsonb(t) - 'load_run_id' - 'load_run_file_id')::text FROM core.{table}"
                " AS t ORDER BY 1"
            )
        ]
        for table in tables
    }


def test_no_code_knows_of_them() -> None:
    code = [p for folder in ("rawcore", "codegen", "sql") for p in (ROOT / folder).rglob("*.*")]
    assert [
        p.name for p in code if p.suffix in (".py", ".sql", ".j2") and NAMES.search(p.read_text())
    ] == []


def test_tpch_is_loaded_row_for_row(tpch: Engine) -> None:
    deliver(tpch, "20250901")
    tpch.run()
    assert statuses(tpch) == [("processed", 0)]
    items = [
        (int(r[0]), int(r[3]), Decimal(r[5]), r[10], r[14]) for r in tbl("lineitem", "20250901")
    ]
    assert tpch.query("""
        SELECT l_orderkey, l_linenumber, l_extendedprice, l_shipdate::text, l_shipmode
        FROM core.fact_lineitem ORDER BY 1, 2
    """) == sorted(items)
    # Every reference leads to a dimension, and the text that is not kept is not there.
    assert tpch.query("""
        SELECT count(*), count(p.part_key), count(s.supplier_key), count(n.nation_key)
        FROM core.fact_lineitem AS l
        LEFT JOIN core.dim_part AS p USING (part_key)
        LEFT JOIN core.dim_supplier AS s USING (supplier_key)
        LEFT JOIN core.dim_nation AS n USING (nation_key)
    """) == [(len(items),) * 4]


def test_tpch_changes_and_is_reloaded(tpch: Engine) -> None:
    tables = ("dim_customer", "fact_orders", "fact_lineitem")
    deliver(tpch, "20250901")
    tpch.run()
    deliver(tpch, "20250908")
    tpch.run()
    first, second = tbl("orders", "20250901"), tbl("orders", "20250908")
    newest = {row[0]: row for row in [*first, *second]}
    assert dict(
        tpch.query("SELECT o_orderkey::text, left(o_orderstatus, 1) FROM core.fact_orders")
    ) == {key: row[2].lower() for key, row in newest.items()}
    changed, moved = tbl("customer", "20250908")
    assert tpch.query(
        "SELECT c_address, c_acctbal, is_current FROM core.dim_customer"
        " WHERE c_custkey::text IN (%s, %s) ORDER BY c_custkey, effective_from",
        *(changed[0], moved[0]),
    ) == [
        (changed[2], Decimal("-27.40"), True),  # the balance is no history
        (before(moved[0])[2], Decimal(moved[5]), False),
        ("a new address,", Decimal(moved[5]), True),
    ]
    loaded = state(tpch, *tables)
    tpch.reread()
    tpch.run()
    assert state(tpch, *tables) == loaded
    assert [
        tpch.query("SELECT * FROM etl.verify(%s)", name) for name in ("customer", "orders")
    ] == [[], []]


def before(key: str) -> list[str]:
    return next(row for row in tbl("customer", "20250901") if row[0] == key)


def test_the_order_of_deliveries_does_not_matter(
    tpch: Engine, cluster: Cluster, feeds_template: str, tmp_path: Path
) -> None:
    for day in ("20250901", "20250908"):
        deliver(tpch, day)
        tpch.run()
    (tmp_path / "late").mkdir()
    for late in made(cluster, feeds_template, tmp_path / "late", "tpch", ()):
        for day in ("20250908", "20250901"):
            deliver(late, day)
            late.run()
        tables = ("dim_customer", "dim_nation", "fact_orders", "fact_lineitem")
        assert state(late, *tables) == state(tpch, *tables)


def test_a_row_without_its_trailing_separator_is_a_reject_that_can_be_read(tpch: Engine) -> None:
    path = tpch.folder / "region_20250901.tbl"
    path.write_text("0|AFRICA|x|\n1|AMERICA|y\nx|ASIA||\n")
    tpch.run(overrides={"reject_rate": "1"})
    assert counts(tpch.file(path)) == (3, 1, 0, 0, 2)
    assert tpch.query("SELECT line_no, stage, row_text FROM etl.rejects ORDER BY 1") == [
        (2, "landing", "1|AMERICA|y"),
        (3, "typing", "x|ASIA||\n"),
    ]


def test_synthea_is_loaded_as_the_csv_module_reads_it(synthea: Engine) -> None:
    deliver(synthea, "20250901")
    synthea.run()
    assert statuses(synthea) == [("processed", 0)]
    patients = sheet("patients", "20250901")
    assert any("\n" in row["ADDRESS"] and '"' in row["ADDRESS"] for row in patients)
    assert synthea.query(
        "SELECT patient_id::text, address, ssn FROM stg.synthea_patients ORDER BY 1"
    ) == sorted((row["Id"], row["ADDRESS"], row["SSN"]) for row in patients)
    assert synthea.query("""
        SELECT encounter_id::text,
            to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            description, coalesce(reason, '')
        FROM core.fact_synthea_encounters ORDER BY 1
    """) == sorted(
        (row["Id"], row["START"], row["DESCRIPTION"], row["REASONDESCRIPTION"])
        for row in sheet("encounters", "20250901")
    )


def test_core_of_synthea_has_pseudonyms_and_no_names(synthea: Engine) -> None:
    deliver(synthea, "20250901")
    synthea.run()
    row = synthea.query("SELECT to_jsonb(p)::text, ssn FROM core.dim_synthea_patients AS p LIMIT 1")
    assert len(row[0][1]) == 64
    assert "address" not in row[0][0]
    assert "last_name" not in row[0][0]


def test_synthea_changes_and_is_reloaded(synthea: Engine) -> None:
    tables = ("dim_synthea_patients", "fact_synthea_encounters", "fact_synthea_conditions")
    for day in ("20250901", "20250908"):
        deliver(synthea, day)
        synthea.run()
    old, new = sheet("patients", "20250901"), sheet("patients", "20250908")
    differ = [b for a, b in zip(old, new, strict=True) if a != b]
    in_core = [
        b for a, b in zip(old, new, strict=True) if {**a, "ADDRESS": ""} != {**b, "ADDRESS": ""}
    ]
    assert (len(differ), len(in_core)) == (3, 2)
    (file,) = synthea.query(
        "SELECT rows_read, rows_ingested, rows_unchanged FROM etl.load_run_files"
        " WHERE s3_key = 'patients_20250908.csv'"
    )
    assert file == (12, 3, 9)
    assert synthea.query(
        "SELECT patient_id::text FROM core.dim_synthea_patients GROUP BY 1 HAVING count(*) = 2"
        " ORDER BY 1"
    ) == sorted((row["Id"],) for row in in_core)
    loaded = state(synthea, *tables)
    synthea.reread()
    synthea.run()
    assert state(synthea, *tables) == loaded
    assert synthea.query("SELECT * FROM etl.verify('synthea_patients')") == []


def test_rejects_of_a_quoted_file_can_be_read_again(synthea: Engine) -> None:
    path = synthea.folder / "conditions_20250901.csv"
    head = ",".join(sheet("conditions", "20250901")[0])
    good = '2025-07-01,,{id},{id},"a, ""b""",1,"c\r\nd"'.replace(
        "{id}", "6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b11"
    )
    rows = [good, good.replace("2025-07-01", "01/07/2025"), good + "x", good + ",1"]
    path.write_bytes("\r\n".join([head, *rows, ""]).encode())
    synthea.run(overrides={"reject_rate": "1"})
    assert counts(synthea.file(path)) == (4, 1, 0, 0, 3)
    assert synthea.query("SELECT line_no, stage, row_text FROM etl.rejects ORDER BY 1") == [
        (3, "typing", rows[1] + "\r\n"),
        (4, "landing", rows[2]),
        (5, "landing", rows[3]),
    ]


def test_the_shipped_feed_loads_beside_them(tpch: Engine, tmp_path: Path) -> None:
    deliver(tpch, "20250901")
    tpch.run()
    (tmp_path / "indici").mkdir()
    shipped = Engine(tpch.database, tmp_path / "indici")
    file = shipped.ingest("practice_info", [{}])
    shipped.close()
    assert file.status == "processed"
    assert counts(file) == (1, 1, 0, 0, 0)
    assert tpch.query("SELECT source, count(*) FROM etl.load_run_files GROUP BY 1 ORDER BY 1") == [
        ("indici", 1),
        ("tpch", 8),
    ]
