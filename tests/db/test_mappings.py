"""A changed mapping or pseudonym key reaches core when a file in order repeats the row."""

from tests.support.engine import Engine

DAYS = [f"2025-07-{day:02} 12:00" for day in (6, 13)]


def test_a_changed_mapping_reaches_a_fact_that_a_file_in_order_repeats(engine: Engine) -> None:
    rows = [{"appointment_id": "1", "appointment_status": "Booked"}]
    engine.ingest("appointments", rows, DAYS[0])
    mapping = "UPDATE etl.domain_values SET core_value = 'Reserved' WHERE source_value = 'booked'"
    engine.query(mapping)
    engine.ingest("appointments", rows, DAYS[1])
    core = "SELECT appointment_status, load_run_file_id FROM core.fact_appointments"
    assert engine.query(core) == [("Reserved", 1)]


def test_another_pseudonym_key_reaches_a_dimension_that_a_file_in_order_repeats(
    engine: Engine,
) -> None:
    engine.set_pseudonym_key()
    old = [{"patient_id": "1", "nhi_number": "ZZZ0016"}]
    engine.ingest("patients", old, DAYS[0])
    engine.query("CALL etl.set_pseudonym_key('another key, which is as long as it has to be')")
    engine.ingest("patients", [*old, {"patient_id": "2", "nhi_number": "ZZZ0016"}], DAYS[1])
    current = "SELECT count(*), count(DISTINCT nhi_number) FROM core.dim_patients WHERE is_current"
    assert engine.query(current) == [(2, 1)]
    engine.query("CALL etl.reprocess_extract('patients', NULL, NULL)")
    versions = "SELECT count(*), count(DISTINCT nhi_number) FROM core.dim_patients"
    assert engine.query(versions) == [(2, 1)]
