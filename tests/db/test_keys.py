"""Surrogate keys and pseudonyms, computed a second time with hashlib and hmac."""

import hashlib
import hmac
from typing import Any

import psycopg
import pytest

from tests.support.engine import PSEUDONYM_KEY, Engine


def surrogate_key(*parts: str) -> int:
    """First 8 bytes of the SHA-256 of all parts, each with its length in bytes before it."""
    text = "".join(f"{len(part.encode())}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def pseudonym(value: str, key: str = PSEUDONYM_KEY) -> str:
    """HMAC-SHA-256 of the trimmed value, a to z in upper case, which means the same everywhere."""
    return hmac.new(key.encode(), value.strip().encode().upper(), hashlib.sha256).hexdigest()


def test_surrogate_keys_have_known_answers(engine: Engine) -> None:
    engine.ingest("medicine", [{"medicine_id": "7"}])
    assert engine.one("SELECT medicine_key FROM core.dim_medicine") == 1776161011319001338
    assert surrogate_key("medicine", "535", "685146", "7") == 1776161011319001338


def test_the_key_of_a_tenant_is_a_key_where_there_is_no_other(engine: Engine) -> None:
    engine.ingest("practice_info", [{"practice_name": "Tahi"}])
    key = engine.one("SELECT practice_key FROM core.dim_practice_info")
    assert key == surrogate_key("practice_info", "535", "685146")


def test_one_and_twenty_three_never_meet_twelve_and_three(depot: Engine) -> None:
    depot.ingest("bins", [["1", "23", "", "", "5", "", ""], ["12", "3", "", "", "6", "", ""]])
    depot.ingest("picks", [["1", "23", "", "50"], ["12", "3", "", "60"]])
    query = "SELECT d.bin_key, d.stock, f.taken FROM core.dim_bins AS d JOIN core.fact_picks AS f"
    assert depot.query(query + " USING (bin_key) ORDER BY d.stock") == [
        (surrogate_key("bins", "1", "23"), 5, 50),
        (surrogate_key("bins", "12", "3"), 6, 60),
    ]


def test_lengths_are_in_bytes_and_keys_compare_bytes(depot: Engine) -> None:
    names = ["ā", "a", "A", "b ", "b"]
    depot.ingest("bins", [[name, "1", "", "", "", "", ""] for name in names])
    rows = depot.query("SELECT aisle, bin_key FROM core.dim_bins ORDER BY aisle")
    assert rows == [(n, surrogate_key("bins", n, "1")) for n in ["A", "a", "b", "b ", "ā"]]


def test_a_fact_has_the_key_of_its_dimension_before_that_arrives(engine: Engine) -> None:
    engine.ingest("invoices", [{"invoice_transaction_id": "1", "patient_id": "42"}])
    keys = engine.query("SELECT patient_key, provider_key FROM core.fact_invoices")
    assert keys == [(surrogate_key("patients", "535", "685146", "42"), None)]


def test_a_collision_of_surrogate_keys_fails_the_file(depot: Engine) -> None:
    depot.query("""
        CREATE OR REPLACE FUNCTION etl.surrogate_key(p_parts text) RETURNS bigint
        LANGUAGE sql IMMUTABLE AS 'SELECT 1::bigint'
    """)
    file = depot.ingest("bins", [["a", "1", "", "", "", "", ""], ["b", "2", "", "", "", "", ""]])
    assert (file.status, file.status_reason) == ("failed", "SQLSTATE 23505 in dim_bins")
    assert depot.query("SELECT * FROM core.dim_bins") == []


def test_pseudonyms_have_known_answers(keyed: Engine) -> None:
    keyed.ingest("patients", [{"patient_id": "1", "nhi_number": " zzz0016 "}, {"patient_id": "2"}])
    rows = keyed.query("SELECT nhi_number FROM core.dim_patients ORDER BY patient_id")
    assert rows == [(pseudonym("ZZZ0016"),), (None,)]


@pytest.mark.parametrize(("character", "length"), [("k", 32), ("k", 64), ("k", 65), ("Ω", 40)])
def test_a_key_of_any_length_makes_the_pseudonyms_of_rfc_2104(
    module_depot: Engine, character: str, length: int
) -> None:
    key = character * length
    module_depot.query("CALL etl.set_pseudonym_key(%s)", key)
    made = module_depot.one("""
        SELECT etl.pseudonym(' māori7 ', k.inner_pad, k.outer_pad) FROM etl.pseudonym_keys AS k
    """)
    assert made == pseudonym("MāORI7", key)


def test_a_short_key_is_refused(module_depot: Engine) -> None:
    with pytest.raises(psycopg.Error) as caught:
        module_depot.query("CALL etl.set_pseudonym_key('short')")
    assert caught.value.sqlstate == "RC012"


def test_a_file_that_needs_the_key_waits_for_it(engine: Engine) -> None:
    rows = [{"patient_id": "1", "nhi_number": "ZZZ0016"}]
    file = engine.ingest("patients", rows)
    assert file.status == "landed"
    assert "CALL etl.set_pseudonym_key" in file.status_reason
    engine.set_pseudonym_key()
    engine.run()
    assert engine.query("SELECT nhi_number FROM core.dim_patients") == [(pseudonym("ZZZ0016"),)]


def test_another_key_makes_files_stale_until_they_are_reprocessed(keyed: Engine) -> None:
    def health() -> Any:
        return keyed.one("SELECT files_stale FROM etl.health")

    file = keyed.ingest("patients", [{"patient_id": "1", "nhi_number": "ZZZ0016"}])
    keyed.ingest("medicine", [{"medicine_id": "1"}])
    assert health() == 0
    keyed.query("CALL etl.set_pseudonym_key(%s)", "another" * 6)
    assert health() == 1
    keyed.query("CALL etl.reprocess_file(%s)", file.load_run_file_id)
    assert health() == 0
    assert keyed.query("SELECT nhi_number, is_current FROM core.dim_patients") == [
        (pseudonym("ZZZ0016", "another" * 6), True)
    ]
