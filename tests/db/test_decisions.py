"""Reasons to fail or hold a file, and decisions of operators about it."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.support.engine import Engine, counts
from tests.support.ingest import wait_until

GOOD = [{"invoice_transaction_id": str(n)} for n in range(1, 20)]
BAD = [{"invoice_transaction_id": "x", "is_active": "yes"}]
CORE = "SELECT count(*) FROM core.fact_invoices"


def test_a_file_above_the_threshold_fails_keeps_its_rejects_and_reaches_nothing(
    engine: Engine,
) -> None:
    file = engine.ingest("invoices", [*GOOD[:18], *BAD])
    assert file.status == "failed"
    assert file.status_reason == (
        "1 of 19 rows are rejected, more than 5.00 %: see etl.rejects_invoices"
    )
    assert engine.query("SELECT line_no, field_errors ? 'is_active' FROM etl.rejects") == [
        (19, True)
    ]
    assert (engine.one("SELECT count(*) FROM stg.invoices"), engine.one(CORE)) == (0, 0)
    checks = "SELECT check_name, passed, measured::text, threshold::text FROM etl.dq_results"
    checks += " WHERE load_run_file_id IS NOT NULL"
    assert engine.query(checks) == [("reject_rate", False, "0.052632", "0.05")]


def test_a_file_at_the_threshold_counts(engine: Engine) -> None:
    file = engine.ingest("invoices", [*GOOD, *BAD])
    assert (file.status, counts(file)) == ("processed", (20, 19, 0, 0, 1))


def test_the_threshold_of_a_run_is_recorded_and_lets_a_failed_file_in(engine: Engine) -> None:
    path = engine.deliver("invoices", GOOD[:3] + BAD)
    engine.run()
    assert engine.file(path).status == "failed"
    engine.run()
    assert engine.file(path).status == "failed"
    run = engine.run("retry", overrides={"reject_rate": "0.5"})
    assert (engine.file(path).status, float(engine.file(path).reject_rate)) == ("processed", 0.5)
    parameters = "SELECT parameters -> 'overrides' FROM etl.load_runs WHERE load_run_id = %s"
    assert engine.one(parameters, run) == {"reject_rate": "0.5"}
    assert engine.one(CORE) == 3


@pytest.mark.parametrize(
    ("name", "value"), [("reject_rate", "2"), ("reject_rate", "NaN"), ("mirror", "x"), ("x", "1")]
)
def test_an_override_that_sets_nothing_is_refused(
    module_depot: Engine, name: str, value: str
) -> None:
    with module_depot.driver() as driver, pytest.raises(psycopg.Error) as caught:
        driver.execute(
            "SELECT etl.start_run('depot', jsonb_build_object('overrides',"
            " jsonb_build_object(%s::text, %s::text)))",
            [name, value],
        )
    assert caught.value.sqlstate == "RC009"


def test_one_file_that_fails_does_not_touch_the_others(keyed: Engine) -> None:
    keyed.query("ALTER TABLE core.dim_medicine ADD CHECK (false)")  # as if the disk said no
    keyed.deliver("medicine", [{"medicine_id": "1"}])
    keyed.deliver("invoices", GOOD, "2025-07-06 12:00")
    keyed.deliver("invoices", BAD, "2025-07-13 12:00")
    keyed.deliver("invoices", GOOD, "2025-07-20 12:00")
    run = keyed.run()
    assert keyed.query("SELECT extract, status FROM etl.run_files ORDER BY batch, extract") == [
        ("invoices", "processed"),
        ("medicine", "failed"),
        ("invoices", "failed"),
        ("invoices", "processed"),
    ]
    assert keyed.one("SELECT status FROM etl.load_runs WHERE load_run_id = %s", run) == "partial"
    reason = "SELECT status_reason FROM etl.load_run_files WHERE extract = 'medicine'"
    assert keyed.one(reason) == "SQLSTATE 23514 in dim_medicine"
    assert keyed.one("SELECT count(*) FROM stg.medicine") == 0


def test_faults_of_the_environment_leave_a_file_landed(engine: Engine) -> None:
    engine.query("""
        CREATE FUNCTION core.disk_full() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100''; END';
        CREATE TRIGGER full_disk BEFORE INSERT ON core.fact_invoices
        EXECUTE FUNCTION core.disk_full()
    """)
    file = engine.ingest("invoices", GOOD)
    assert (file.status, file.status_reason) == ("landed", "SQLSTATE 53100")
    engine.query("DROP TRIGGER full_disk ON core.fact_invoices")
    engine.run()
    attempts = (
        "SELECT outcome, sqlstate, is_retryable FROM etl.file_attempts WHERE action = 'process'"
    )
    assert engine.query(attempts + " ORDER BY file_attempt_id") == [
        ("failed", "53100", True),
        ("succeeded", None, None),
    ]
    assert engine.one(CORE) == 19


def test_a_file_of_an_unknown_tenant_is_held_until_the_tenant_is_added(engine: Engine) -> None:
    engine.tenant = ("999", "685146")
    path = engine.deliver("medicine", [{"medicine_id": "1"}])
    engine.run()
    held = engine.file(path)
    assert (held.status, held.status_reason) == ("held", "tenant 999, 685146 is not in etl.tenants")
    engine.query(
        "INSERT INTO etl.tenants (source, tenant, name) VALUES ('indici', '{999,685146}', 'New')"
    )
    engine.run()
    assert engine.file(path).status == "processed"
    assert engine.query("SELECT practice_id FROM core.dim_medicine") == [("999",)]


def test_a_value_outside_its_domain_arrives_once_it_is_added_and_reprocessed(
    engine: Engine,
) -> None:
    rows = [{"appointment_id": str(n), "appointment_status": "Booked"} for n in range(1, 20)]
    file = engine.ingest(
        "appointments", [*rows, {"appointment_id": "20", "appointment_status": "Parked"}]
    )
    ((errors,),) = engine.query("SELECT field_errors FROM etl.rejects")
    assert errors == {
        "appointment_status": {"text": "Parked", "reason": "is not in domain appointment_status"}
    }
    engine.query(
        "INSERT INTO etl.domain_values (source, domain, source_value, core_value)"
        " VALUES ('indici', 'appointment_status', 'parked', 'parked')"
    )
    assert engine.one("SELECT files_stale FROM etl.health") == 1
    engine.query("CALL etl.reprocess_file(%s)", file.load_run_file_id)
    query = "SELECT appointment_status FROM core.fact_appointments WHERE appointment_id = 20"
    assert engine.query(query) == [("parked",)]
    assert engine.query("SELECT resolved_by_run FROM etl.rejects") == [(2,)]
    assert engine.one("SELECT files_stale FROM etl.health") == 0


def test_a_file_from_the_future_waits_until_it_is_released(engine: Engine) -> None:
    path = engine.deliver("invoices", GOOD[:2], "2068-07-06 12:00")
    engine.run()
    held = engine.file(path)
    assert (held.status, held.status_reason) == (
        "held",
        "its DateExtracted is in the future",
    )
    engine.run()
    assert engine.file(path).status == "held"
    engine.query("CALL etl.release_file(%s, 'a test of the provider')", held.load_run_file_id)
    engine.run()
    assert (engine.file(path).status, engine.one(CORE)) == ("processed", 2)


def test_excluding_a_file_takes_its_rows_back_and_readmitting_brings_them(engine: Engine) -> None:
    engine.ingest("invoices", GOOD[:2], "2025-07-06 12:00")
    file = engine.ingest("invoices", GOOD[1:3], "2025-07-13 12:00")
    core = "SELECT invoice_transaction_id, load_run_file_id FROM core.fact_invoices ORDER BY 1"
    before = engine.query(core)
    engine.query("CALL etl.exclude_file(%s, 'a test feed')", file.load_run_file_id)
    assert engine.query(core) == [(1, 1), (2, 1)]
    engine.run(force=True)
    assert engine.query(core) == [(1, 1), (2, 1)]
    engine.query("CALL etl.readmit_file(%s, 'it was not')", file.load_run_file_id)
    assert engine.query(core) == before == [(1, 1), (2, 1), (3, 2)]


def test_a_decision_needs_a_reason_and_keeps_who_made_it(engine: Engine) -> None:
    file = engine.ingest("invoices", GOOD)
    with pytest.raises(psycopg.Error) as caught:
        engine.query("CALL etl.exclude_file(%s, ' ')", file.load_run_file_id)
    assert caught.value.sqlstate == "RC008"
    engine.query("CALL etl.exclude_file(%s, 'a test feed')", file.load_run_file_id)
    decided = "SELECT status, decision, decision_reason, decided_by FROM etl.load_run_files"
    owner = engine.one("SELECT session_user")
    assert engine.query(decided) == [("excluded", "excluded", "a test feed", owner)]


def test_a_reprocess_by_the_same_rules_changes_no_row(keyed: Engine) -> None:
    keyed.ingest("patients", [{"patient_id": "1", "balance": "1.00"}], "2025-07-06 12:00")
    keyed.ingest("patients", [{"patient_id": "1", "balance": "2.00"}], "2025-07-13 12:00")
    before = keyed.query("SELECT xmin::text, * FROM core.dim_patients")
    keyed.query("CALL etl.reprocess_extract('patients', NULL, NULL)")
    assert keyed.query("SELECT xmin::text, * FROM core.dim_patients") == before
    assert keyed.query("SELECT * FROM etl.verify('patients')") == []


def test_a_counting_file_that_would_now_fail_stays_as_it_was(engine: Engine) -> None:
    file = engine.ingest("appointments", [{"appointment_id": "1", "status_group": "Booked"}])
    before = engine.query("SELECT xmin::text, * FROM core.fact_appointments")
    engine.query("DELETE FROM etl.domain_values WHERE domain = 'status_group'")
    engine.query("CALL etl.reprocess_file(%s)", file.load_run_file_id)
    states = "SELECT status, is_counting, status_reason FROM etl.load_run_files"
    reason = "the file counts already and would now fail or be held: see etl.dq_results"
    assert engine.query(states) == [("processed", True, reason)]
    assert engine.query("SELECT xmin::text, * FROM core.fact_appointments") == before
    assert engine.query("SELECT * FROM etl.rejects") == []


def test_a_file_that_is_excluded_while_a_reprocess_waits_for_it_stays_excluded(
    engine: Engine,
) -> None:
    rows = [{"medicine_id": "1", "medicine_name": "right"}]
    engine.ingest("medicine", rows, "2025-07-06 12:00")
    wrong = engine.ingest("medicine", [rows[0] | {"medicine_name": "wrong"}], "2025-07-07 12:00")
    waiting = "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    waiting += f" AND datname = '{engine.database.name}'"
    with (
        psycopg.connect(engine.database.admin_url) as operator,
        psycopg.connect(engine.database.admin_url, autocommit=True) as other,
        ThreadPoolExecutor() as pool,
    ):
        operator.execute("CALL etl.exclude_file(%s, 'wrong data')", [wrong.load_run_file_id])
        again = pool.submit(other.execute, "CALL etl.reprocess_extract('medicine', NULL, NULL)")
        wait_until(lambda: engine.one(waiting), "the reprocess waits")
        operator.commit()
        again.result(timeout=60)
    states = "SELECT status, is_counting FROM etl.load_run_files ORDER BY load_run_file_id"
    assert engine.query(states) == [("processed", True), ("excluded", False)]
    names = "SELECT medicine_name FROM core.dim_medicine"
    assert engine.query(names) == [("right",)]
