"""A new version of an object supersedes the old one, but only if the new one counts."""

import os

from tests.support.engine import Engine

AT, LATER = "2025-07-06 12:00", "2025-07-13 12:00"
STATES = """
    SELECT load_run_file_id, status, is_counting, superseded_by
    FROM etl.load_run_files ORDER BY load_run_file_id
"""
CORE = "SELECT medicine_id, medicine_name, load_run_file_id FROM core.dim_medicine ORDER BY 1"


def medicines(**names: str) -> list[dict[str, str]]:
    return [{"medicine_id": key[1:], "medicine_name": name} for key, name in names.items()]


def test_a_new_version_of_a_key_takes_the_place_of_the_old_one(engine: Engine) -> None:
    engine.ingest("medicine", medicines(_1="wrong", _2="same"), AT)
    engine.ingest("medicine", medicines(_1="right", _2="same"), AT)
    assert engine.query(STATES) == [(1, "superseded", False, 2), (2, "processed", True, None)]
    assert engine.query(CORE) == [(1, "right", 2), (2, "same", 2)]
    assert engine.query("SELECT medicine_id, medicine_name FROM stg.medicine ORDER BY 1") == [
        (1, "right"),
        (2, "same"),
    ]


def test_keys_that_only_the_old_version_held_vanish(engine: Engine) -> None:
    engine.ingest("medicine", medicines(_1="a", _2="mistaken"), AT)
    corrected = engine.ingest("medicine", medicines(_1="a"), AT)
    assert engine.query(CORE) == [(1, "a", 2)]
    assert engine.query("SELECT medicine_id FROM stg.medicine") == [(1,)]
    assert corrected.core_closed == 1


def test_keys_that_an_earlier_file_also_held_go_back_to_it(engine: Engine) -> None:
    engine.ingest("invoices", [{"invoice_transaction_id": "1", "payment_mode": "cash"}], AT)
    engine.ingest("invoices", [{"invoice_transaction_id": "1", "payment_mode": "card"}], LATER)
    engine.ingest("invoices", [{"invoice_transaction_id": "2", "payment_mode": "card"}], LATER)
    core = "SELECT invoice_transaction_id, payment_mode, load_run_file_id FROM core.fact_invoices"
    assert engine.query(core + " ORDER BY 1") == [(1, "cash", 1), (2, "card", 3)]


def test_a_corrected_middle_of_a_history_is_rebuilt(engine: Engine) -> None:
    for at, name in ((AT, "a"), (LATER, "wrong"), ("2025-07-20 12:00", "b"), (LATER, "a")):
        engine.ingest("medicine", medicines(_1=name), at)
    assert engine.query("""
        SELECT medicine_name, to_char(effective_from, 'MM-DD'), to_char(effective_to, 'MM-DD')
        FROM core.dim_medicine ORDER BY effective_from
    """) == [("a", "07-06", "07-20"), ("b", "07-20", None)]


def test_a_correction_that_fails_leaves_the_old_version_counting(engine: Engine) -> None:
    engine.ingest("medicine", medicines(_1="a"), AT)
    before = engine.query("SELECT xmin::text, * FROM core.dim_medicine")
    failed = engine.ingest("medicine", medicines(_1="b", _x="not an id"), AT)
    assert failed.status == "failed"
    assert engine.query(STATES) == [(1, "processed", True, None), (2, "failed", False, None)]
    assert engine.query("SELECT xmin::text, * FROM core.dim_medicine") == before


def test_versions_landed_together_count_by_age_in_any_order(engine: Engine) -> None:
    engine.deliver("medicine", medicines(_1="wrong"), AT)
    engine.run(process=False)
    engine.deliver("medicine", medicines(_1="right"), AT)
    engine.run()
    assert engine.query(STATES) == [(1, "superseded", False, 2), (2, "processed", True, None)]
    assert engine.query(CORE) == [(1, "right", 2)]


def test_an_old_version_that_is_retried_after_the_new_one_does_not_count(engine: Engine) -> None:
    engine.ingest("medicine", medicines(_1="wrong", _x="not an id"), AT)
    engine.ingest("medicine", medicines(_1="right"), AT)
    engine.run("retry", overrides={"reject_rate": "1"})
    assert engine.query(STATES) == [(1, "superseded", False, 2), (2, "processed", True, None)]
    assert engine.query(CORE) == [(1, "right", 2)]


def test_an_excluded_correction_gives_way_to_the_version_before(engine: Engine) -> None:
    engine.ingest("medicine", medicines(_1="right"), AT)
    engine.ingest("medicine", medicines(_1="wrong", _2="new"), AT)
    engine.query("CALL etl.exclude_file(2, 'the correction was none')")
    assert engine.query(STATES) == [(1, "processed", True, None), (2, "excluded", False, None)]
    assert engine.query(CORE) == [(1, "right", 1)]
    engine.query("CALL etl.readmit_file(2, 'it was one after all')")
    assert engine.query(STATES) == [(1, "superseded", False, 2), (2, "processed", True, None)]
    assert engine.query(CORE) == [(1, "wrong", 2), (2, "new", 2)]


def test_a_file_that_changed_before_it_was_read_is_the_new_one(engine: Engine) -> None:
    path = engine.deliver("medicine", medicines(_1="never read"), AT)
    engine.tenant = ("999", "685146")
    held = engine.deliver("medicine", medicines(_1="never read"), AT)
    engine.run("batch")
    path.unlink()
    engine.deliver("medicine", medicines(_1="read"), AT)
    engine.run()
    assert engine.file(held).status == "held"
    assert engine.one("SELECT count(*) FROM etl.load_run_files") == 2


def test_a_correction_that_keeps_an_older_time_of_change_counts_all_the_same(
    engine: Engine,
) -> None:
    engine.ingest("medicine", medicines(_1="wrong"), AT)
    os.utime(engine.deliver("medicine", medicines(_1="right"), AT), (1, 1))
    engine.run()
    assert engine.query(STATES) == [(1, "superseded", False, 2), (2, "processed", True, None)]
    assert engine.query(CORE) == [(1, "right", 2)]
