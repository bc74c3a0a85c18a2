"""Contracts exported as Open Data Contracts and Table Schemas, validated, and imported again."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from codegen.__main__ import main
from codegen.authoring.exchange.formats import from_java, from_python, to_java, to_python
from codegen.contract.loading import load_feed
from codegen.contract.model import Feed
from codegen.render.objects import feed_objects

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
FOLDERS = {"indici": ROOT / "contracts"} | dict.fromkeys(
    ("tpch", "synthea"), EXAMPLES / "contracts"
)
ENDINGS = {"odcs": "odcs.yaml", "frictionless": "schema.json"}


def cli(*arguments: str | Path) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every contract that ships or is an example, in both standards."""
    folder = tmp_path_factory.mktemp("exported")
    for form in ENDINGS:
        for contracts in set(FOLDERS.values()):
            cli("export", folder / form, "--format", form, "--contracts", contracts)
    return folder


def rendered(feed: Feed, folder: Path) -> dict[str, str]:
    """The generated SQL, without the parts that name the files of the contracts."""
    return {
        made.name: re.sub(r"'[0-9a-f]{64}'", "'…'", made.sql) for made in feed_objects(feed, folder)
    }


@pytest.mark.parametrize("source", FOLDERS)
def test_the_open_data_contracts_are_valid(documents: Path, source: str) -> None:
    from datacontract.data_contract import DataContract

    paths = sorted((documents / "odcs" / source).glob("*.odcs.yaml"))
    assert len(paths) == len(load_feed(FOLDERS[source] / source).extracts)
    results = {
        path.name: DataContract(data_contract_file=str(path)).lint().result for path in paths
    }
    assert results == dict.fromkeys(results, "passed")


@pytest.mark.parametrize("source", FOLDERS)
def test_the_table_schemas_are_valid(documents: Path, source: str) -> None:
    from frictionless import Schema

    paths = sorted((documents / "frictionless" / source).glob("*.schema.json"))
    assert len(paths) == len(load_feed(FOLDERS[source] / source).extracts)
    for path in paths:
        assert Schema.validate_descriptor(json.loads(path.read_text())).valid, path.name


def test_the_tools_find_faults(documents: Path, tmp_path: Path) -> None:
    from datacontract.data_contract import DataContract
    from frictionless import Schema

    text = (documents / "odcs" / "tpch" / "region.odcs.yaml").read_text()
    (tmp_path / "x.yaml").write_text(text.replace("logicalType: integer", "logicalType: bigint"))
    assert DataContract(data_contract_file=str(tmp_path / "x.yaml")).lint().result != "passed"
    schema = json.loads((documents / "frictionless" / "tpch" / "region.schema.json").read_text())
    schema["fields"][0]["type"] = "bigint"
    assert not Schema.validate_descriptor(schema).valid


@pytest.mark.parametrize(
    ("source", "extract", "sample", "rows"),
    [
        ("synthea", "synthea_patients", "patients_20250901.csv", 12),
        ("synthea", "synthea_encounters", "encounters_20250901.csv", 20),
        ("synthea", "synthea_conditions", "conditions_20250901.csv", 9),
    ],
)
def test_frictionless_finds_the_samples_valid_by_them(
    documents: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    extract: str,
    sample: str,
    rows: int,
) -> None:
    from frictionless import Resource, Schema

    monkeypatch.chdir(EXAMPLES / "samples" / source)
    path = documents / "frictionless" / source / f"{extract}.schema.json"
    schema = Schema.from_descriptor(json.loads(path.read_text()))
    report = Resource(path=sample, schema=schema).validate()
    assert report.flatten(["rowNumber", "fieldName", "type"]) == []
    assert report.tasks[0].stats["rows"] == rows


def test_frictionless_finds_a_faulty_row_by_them(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from frictionless import Resource, Schema

    sample = (EXAMPLES / "samples" / "synthea" / "encounters_20250901.csv").read_text()
    (tmp_path / "x.csv").write_text(re.sub(r"T(\d\d:\d\d:\d\d)Z", r" \1", sample, count=1))
    monkeypatch.chdir(tmp_path)
    path = documents / "frictionless" / "synthea" / "synthea_encounters.schema.json"
    schema = Schema.from_descriptor(json.loads(path.read_text()))
    report = Resource(path="x.csv", schema=schema).validate()
    assert report.flatten(["rowNumber", "fieldName", "type"]) == [[2, "START", "type-error"]]


@pytest.mark.parametrize("form", ENDINGS)
@pytest.mark.parametrize("source", FOLDERS)
def test_what_is_imported_makes_the_same_database(
    documents: Path, tmp_path: Path, source: str, form: str
) -> None:
    original = FOLDERS[source] / source
    folder = tmp_path / "contracts" / source
    folder.mkdir(parents=True)
    shutil.copy(original / "source.yml", folder)
    paths = sorted((documents / form / source).glob(f"*.{ENDINGS[form]}"))
    assert "review them" in cli("import", source, *paths, "--contracts", tmp_path / "contracts")
    assert rendered(load_feed(folder), folder) == rendered(load_feed(original), original)


FOREIGN_ODCS = {
    "apiVersion": "v3.0.2", "kind": "DataContract", "id": "x", "version": "1", "status": "draft",
    "schema": [{
        "name": "Sales Orders", "description": "Orders\n of the shop.",
        "properties": [
            {"name": "OrderID", "logicalType": "integer", "physicalType": "BIGINT",
             "primaryKey": True, "primaryKeyPosition": 2},
            {"name": "shop", "logicalType": "string", "primaryKey": True, "primaryKeyPosition": 1},
            {"name": "amount", "logicalType": "number", "physicalType": "DECIMAL(10, 2)",
             "required": True, "description": "What is due."},
            {"name": "placed", "logicalType": "date",
             "logicalTypeOptions": {"format": "dd/MM/yyyy"}},
            {"name": "lines", "logicalType": "array"},
        ],
    }],
}  # fmt: skip
FOREIGN_SCHEMA = {
    "fields": [
        {"name": "Order ID", "type": "integer"},
        {"name": "paid", "type": "boolean"},
        {"name": "amount", "type": "number", "decimalChar": ","},
        {"name": "placed", "type": "date", "format": "%d.%m.%Y"},
        {"name": "changed", "type": "datetime"},
        {"name": "day", "type": "date"},
        {"name": "token", "type": "string", "format": "uuid", "constraints": {"required": True}},
        {"name": "place", "type": "geopoint"},
    ],
    "primaryKey": "Order ID",
}


def imported(folder: Path, name: str, document: object) -> dict[str, tuple[object, ...]]:
    """Types, formats and whether required, of the columns of a document from elsewhere."""
    (folder / name).write_text(yaml.safe_dump(document))
    cli("import", "fresh", folder / name, "--contracts", folder / "contracts")
    (extract,) = load_feed(folder / "contracts" / "fresh").extracts
    found = {c.name: (c.type, c.format, c.is_required) for c in extract.columns}
    return {"": (extract.extract, extract.natural_key, extract.description), **found}


def test_an_open_data_contract_from_elsewhere(tmp_path: Path) -> None:
    assert imported(tmp_path, "orders.odcs.yaml", FOREIGN_ODCS) == {
        "": ("sales_orders", ("shop", "order_id"), "Orders of the shop."),
        "order_id": ("bigint", None, True),
        "shop": ("text", None, True),
        "amount": ("numeric(10,2)", None, True),
        "placed": ("date", "DD/MM/YYYY", False),
        "lines": ("text", None, False),
    }


def test_a_table_schema_from_elsewhere(tmp_path: Path) -> None:
    assert imported(tmp_path, "orders.json", FOREIGN_SCHEMA) == {
        "": ("orders", ("order_id",), "orders"),
        "order_id": ("bigint", None, True),
        "paid": ("boolean", "true/false", False),
        "amount": ("numeric", "decimal comma", False),
        "placed": ("date", "DD.MM.YYYY", False),
        "changed": ("timestamptz", "YYYY-MM-DDTHH24:MI:SSZ", False),
        "day": ("date", None, False),
        "token": ("uuid", None, True),
        "place": ("text", None, False),
    }


@pytest.mark.parametrize("text", ["kind: DataContract\napiVersion: v2.2.2\n", "[1, 2", "a: b\n"])
def test_other_documents_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    arguments = ["import", "fresh", f"{tmp_path}/x.yaml", "--contracts", f"{tmp_path}/contracts"]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, "x.yaml is neither" in result.output) == (1, True)
    assert not (tmp_path / "contracts").exists()


def test_contracts_that_are_there_stay(tmp_path: Path) -> None:
    imported(tmp_path, "orders.json", FOREIGN_SCHEMA)
    arguments = [
        "import",
        "fresh",
        f"{tmp_path}/orders.json",
        "--contracts",
        f"{tmp_path}/contracts",
    ]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, "exists already" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("base_type", "ours", "java", "python"),
    [
        ("date", "DD/MM/YYYY", "dd/MM/yyyy", "%d/%m/%Y"),
        ("timestamptz", "YYYY-MM-DDTHH24:MI:SSZ", "yyyy-MM-dd'T'HH:mm:ss'Z'", "%Y-%m-%dT%H:%M:%SZ"),
        ("timestamptz", "DD.MM.YYYY HH24:MI", "dd.MM.yyyy HH:mm", "%d.%m.%Y %H:%M"),
        ("timestamptz", "YYYYMMDD HH24:MI:SSTZH:TZM", "yyyyMMdd HH:mm:ssXXX", "%Y%m%d %H:%M:%S%z"),
    ],
)
def test_formats_go_there_and_back(base_type: str, ours: str, java: str, python: str) -> None:
    assert (to_java(ours), to_python(ours)) == (java, python)
    assert (from_java(base_type, java), from_python(base_type, python)) == (ours, ours)


def test_formats_that_rawcore_has_not_are_left_out() -> None:
    assert from_java("date", "d. MMMM yyyy") is None
    assert from_python("date", "%d %B %Y") is None
    assert from_java("date", "yyyy-MM-dd") is None  # the type's own
