"""National health identifiers are in raw and in the rejects, nowhere else in etl or core."""

import re
from collections.abc import Iterator

import pytest
from psycopg import sql

from tests.support.databases import Database
from tests.support.engine import Engine

NHI = {"old": "ZZZ0016", "new": "ZZZ00AX"}
#: What repeats a row as it was delivered, or is read through raw.
ALLOWED = re.compile(r"(raw\..*|stg\..*|etl\.typed_.*|etl\.rejects(_.*)?)")


@pytest.fixture(scope="module")
def loaded(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Every extract with a row whose free columns all contain both forms, and a rejected row."""
    engine = Engine(module_database, tmp_path_factory.mktemp("files"))
    engine.set_pseudonym_key()
    kept = set(engine.query("SELECT extract, column_name FROM etl.columns WHERE pii = 'keep'"))
    facts = engine.query("""
        SELECT extract, column_name, data_type, is_required, domain
        FROM etl.columns WHERE column_name NOT IN ('practice_id', 'per_org_id')
    """)
    for extract in engine.columns:
        row = {
            name: "7" if data_type != "text" else f"about {NHI['old']}, {NHI['new']}"
            for of, name, data_type, required, domain in facts
            if of == extract
            and domain is None
            and (required or (data_type == "text" and (of, name) not in kept))
        }
        engine.deliver(extract, [row, {**row, "practice_id": "000"}])
    engine.run(overrides={"reject_rate": "0.5"})
    assert engine.query("SELECT extract FROM etl.load_run_files WHERE status <> 'processed'") == []
    yield engine
    engine.close()


def places(engine: Engine) -> set[str]:
    """Return the tables and views, in all four schemas, with one of the numbers in a row."""
    tables = engine.query("""
        SELECT nspname, relname FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE nspname IN ('raw', 'stg', 'core', 'etl') AND relkind IN ('r', 'v')
    """)
    holds = sql.SQL("SELECT FROM {} AS t WHERE t::text ~ {} LIMIT 1")
    return {
        f"{schema}.{table}"
        for schema, table in tables
        if engine.owner.execute(
            holds.format(sql.Identifier(schema, table), "|".join(NHI.values()))
        ).rowcount
    }


def test_the_numbers_stand_in_raw_and_the_rejects_and_nowhere_else(loaded: Engine) -> None:
    found = places(loaded)
    assert {place for place in found if not ALLOWED.fullmatch(place)} == set()
    assert {"raw.patients_raw", "etl.rejects_patients", "stg.patients"} <= found


def test_core_has_pseudonyms_instead(loaded: Engine) -> None:
    rows = loaded.query("SELECT nhi_number ~ '^[0-9a-f]{64}$' FROM core.dim_patients")
    assert rows == [(True,)]


def test_an_error_of_the_data_leaves_no_value_behind(keyed: Engine) -> None:
    keyed.query("ALTER TABLE stg.patients ADD CHECK (notes IS NULL)")
    row = {"patient_id": "1", "notes": NHI["old"]}
    file = keyed.ingest("patients", [row])
    assert (file.status, file.status_reason) == ("failed", "SQLSTATE 23514 in patients")
    assert places(keyed) == {"raw.patients_raw", "raw.patients", "etl.typed_patients"}


def test_statistics_of_work_tables_hold_no_column_but_keys_and_lineage(engine: Engine) -> None:
    engine.set_pseudonym_key()
    engine.query("UPDATE etl.config SET value = '0' WHERE name = 'analyze_work_bytes'")
    rows = [{"patient_id": str(n), "nhi_number": NHI["old"], "notes": "x"} for n in range(9)]
    for at in ("2025-07-08 12:00", "2025-07-06 12:00"):
        engine.ingest("patients", rows, at)
    known = "SELECT attname FROM pg_stats WHERE schemaname = 'etl' AND tablename = %s"
    work = {"practice_id", "per_org_id", "patient_id", "observed_at", "is_absent", "row_hash"}
    found = {name for (name,) in engine.query(known, "observed_patients")}
    assert "patient_id" in found
    assert found <= work | {"load_run_file_id", "load_run_id", "line_no"}


def test_a_blank_has_no_pseudonym_and_what_stands_around_a_number_is_none_of_it(
    engine: Engine,
) -> None:
    engine.set_pseudonym_key()
    written = ["ZZZ0016", " zzz0016\t", "ZZZ0016\u00a0", " ", "\t", ""]
    rows = [{"patient_id": str(n), "nhi_number": nhi} for n, nhi in enumerate(written)]
    engine.ingest("patients", rows)
    (first, *rest) = engine.query("SELECT nhi_number FROM core.dim_patients ORDER BY patient_id")
    assert rest == [first, first, (None,), (None,), (None,)]
