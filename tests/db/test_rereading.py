"""A second reading of a file is a correction: the first counts until the second is processed."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.support.engine import Engine, counts

ROWS = [{"invoice_transaction_id": str(n), "patient_id": str(900 + n)} for n in range(1, 5)]
KEYS = "SELECT invoice_transaction_id FROM core.fact_invoices ORDER BY 1"
STATES = "SELECT reading, status, is_counting FROM etl.load_run_files ORDER BY load_run_file_id"
SWAP = """
    UPDATE etl.shapes SET columns = (
        SELECT array_agg(
            CASE c WHEN %(other)s THEN 'invoice_transaction_id'
                WHEN 'invoice_transaction_id' THEN %(other)s ELSE c END ORDER BY o)
        FROM unnest(columns) WITH ORDINALITY AS u (c, o)
    ) WHERE extract = 'invoices'
"""


@contextmanager
def wrong_contract(engine: Engine, other: str = "patient_id") -> Iterator[None]:
    """Swap the key with another column, as a wrong contract does; afterwards it is corrected."""
    engine.owner.execute(SWAP, {"other": other})
    yield
    engine.owner.execute(SWAP, {"other": other})


def misread(engine: Engine, at: str = "2025-07-06 12:00") -> int:
    """Load a file by the wrong contract; return it."""
    path = engine.deliver("invoices", ROWS, at)
    with wrong_contract(engine):
        engine.run()
    file: int = engine.file(path).load_run_file_id
    return file


def reread(engine: Engine, file: int) -> None:
    engine.query("CALL etl.reread_file(%s, 'two columns were swapped')", file)


def verified(engine: Engine) -> list[tuple[object, ...]]:
    return engine.query("SELECT * FROM etl.verify('invoices')")


def test_a_second_reading_by_a_corrected_contract_leaves_no_ghost(engine: Engine) -> None:
    file = misread(engine)
    assert engine.query(KEYS) == [(901,), (902,), (903,), (904,)]
    reread(engine, file)
    engine.run()
    assert engine.query(KEYS) == [(1,), (2,), (3,), (4,)]
    assert engine.query("SELECT invoice_transaction_id FROM stg.invoices ORDER BY 1") == (
        engine.query(KEYS)
    )
    assert engine.query(STATES) == [(1, "superseded", False), (2, "processed", True)]
    assert verified(engine) == []


def test_a_key_that_another_file_has_survives_the_second_reading(engine: Engine) -> None:
    file = misread(engine, "2025-07-13 12:00")
    engine.ingest("invoices", [{"invoice_transaction_id": "901"}], "2025-07-06 12:00")
    reread(engine, file)
    engine.run()
    assert engine.query(KEYS) == [(1,), (2,), (3,), (4,), (901,)]
    assert verified(engine) == []


def test_the_first_reading_counts_until_the_second_is_processed(engine: Engine) -> None:
    file = misread(engine)
    before = engine.query("SELECT xmin::text, * FROM core.fact_invoices")
    reread(engine, file)
    engine.run(process=False)
    assert engine.query("SELECT xmin::text, * FROM core.fact_invoices") == before
    assert engine.query(STATES) == [(1, "processed", True), (2, "landed", False)]
    engine.ingest("invoices", [{"invoice_transaction_id": "7"}], "2025-07-05 12:00")
    assert engine.query(STATES)[0] == (1, "superseded", False)
    assert engine.query(KEYS) == [(1,), (2,), (3,), (4,), (7,)]


@pytest.mark.parametrize("late", [False, True], ids=["alone", "with a late file"])
def test_a_second_reading_that_fails_leaves_core_raw_and_the_file_as_they_were(
    engine: Engine, late: bool
) -> None:
    path = engine.deliver("invoices", ROWS)
    engine.run()
    first = (
        "SELECT xmin::text, * FROM core.fact_invoices WHERE invoice_transaction_id <> 7",
        "SELECT xmin::text, * FROM raw.invoices_raw WHERE load_run_file_id = 1",
    )
    before = [engine.query(one) for one in first]
    reread(engine, engine.file(path).load_run_file_id)
    with wrong_contract(engine, "is_active"):
        engine.run(process=False)
    if late:
        engine.deliver("invoices", [{"invoice_transaction_id": "7"}], "2025-07-05 12:00")
    engine.run()
    assert [engine.query(one) for one in first] == before
    assert engine.query(STATES)[:2] == [(1, "processed", True), (2, "failed", False)]
    assert engine.query(KEYS) == [(1,), (2,), (3,), (4,), *([(7,)] if late else [])]
    assert verified(engine) == []


def test_a_second_reading_of_the_same_content_changes_no_row(engine: Engine) -> None:
    path = engine.deliver("invoices", ROWS)
    engine.run()
    first = engine.file(path)
    values = "SELECT to_jsonb(c) - '{load_run_file_id,load_run_id}'::text[] FROM {} AS c ORDER BY 1"
    tables = ("stg.invoices", "core.fact_invoices")
    before = [engine.query(values.replace("{}", table, 1)) for table in tables]
    reread(engine, first.load_run_file_id)
    engine.run()
    again = engine.file(path)
    assert [engine.query(values.replace("{}", table, 1)) for table in tables] == before
    assert (again.reading, again.status, counts(again)) == (2, "processed", (4, 4, 0, 0, 0))
    assert again.file_hash == first.file_hash


def test_an_excluded_second_reading_gives_way_to_the_first(engine: Engine) -> None:
    file = misread(engine)
    reread(engine, file)
    engine.run()
    second = engine.one("SELECT max(load_run_file_id) FROM etl.load_run_files")
    engine.query("CALL etl.exclude_file(%s, 'worse')", second)
    assert engine.query(STATES) == [(1, "processed", True), (2, "excluded", False)]
    assert engine.query(KEYS) == [(901,), (902,), (903,), (904,)]


def test_a_new_version_takes_the_place_of_a_reading_that_was_not_read_yet(engine: Engine) -> None:
    file = misread(engine)
    reread(engine, file)
    engine.deliver("invoices", ROWS[:2])
    engine.run()
    assert engine.query(KEYS) == [(1,), (2,)]
    assert engine.query(STATES) == [
        (1, "superseded", False),
        (2, "skipped", False),
        (1, "processed", True),
    ]
    assert verified(engine) == []


def test_a_pending_version_is_not_lost_to_a_second_reading_of_the_one_before(
    engine: Engine,
) -> None:
    file = misread(engine)
    path = engine.deliver("invoices", ROWS[:2])
    engine.look()
    reread(engine, file)
    engine.run()
    assert engine.query(KEYS) == [(1,), (2,)]
    assert engine.file(path).reading == 2
    assert ("processed",) in engine.query("SELECT status FROM etl.load_run_files WHERE reading = 1")
    assert verified(engine) == []


def test_what_was_recorded_about_a_file_holds_for_its_second_reading(engine: Engine) -> None:
    path = engine.deliver("invoices", [*ROWS, {"invoice_transaction_id": "x"}])
    engine.run(kind="full", overrides={"reject_rate": "0.5"})
    reread(engine, engine.file(path).load_run_file_id)
    engine.run()
    again = engine.file(path)
    assert (again.reading, again.status, again.kind) == (2, "processed", "full")
    assert float(again.reject_rate) == 0.5


def test_all_files_of_an_extract_are_read_again(engine: Engine) -> None:
    misread(engine)
    excluded = misread(engine, "2025-07-13 12:00")
    engine.query("CALL etl.exclude_file(%s, 'twice the same')", excluded)
    misread(engine, "2025-07-20 12:00")
    engine.query("CALL etl.reread_extract('invoices', NULL, NULL, 'columns were swapped')")
    days = "SELECT date_extracted::date::text FROM etl.load_run_files WHERE reading = 2 ORDER BY 1"
    assert engine.query(days) == [("2025-07-06",), ("2025-07-20",)]
    engine.run()
    assert engine.query(KEYS) == [(1,), (2,), (3,), (4,)]
    assert verified(engine) == []


def test_force_reads_no_file_that_counts_and_names_what_does(engine: Engine) -> None:
    path = engine.deliver("invoices", ROWS)
    engine.run()
    before = engine.query("SELECT ctid::text FROM raw.invoices_raw")
    engine.run(force=True)
    assert engine.query("SELECT ctid::text FROM raw.invoices_raw") == before
    plan = "SELECT action, reason FROM etl.plan_files('indici', '{\"force\": true}')"
    file = engine.file(path).load_run_file_id
    assert engine.query(plan) == [
        (
            "leave",
            f"it counts; to read it once more, the owner calls etl.reread_file({file}, reason)",
        )
    ]


def test_the_driver_cannot_decide_to_read_a_file_again(engine: Engine) -> None:
    file = misread(engine)
    with engine.driver() as driver:
        for call in (
            "CALL etl.reread_file(%s, 'why')",
            "SELECT etl.open_readings(ARRAY[%s::bigint], 'why')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                driver.execute(call, [file])


def test_what_cannot_be_read_again_is_refused_with_the_remedy(engine: Engine) -> None:
    file = misread(engine)
    with pytest.raises(psycopg.Error, match="a reason to reread file 1 is missing") as caught:
        engine.query("CALL etl.reread_file(%s, ' ')", file)
    reread(engine, file)
    with pytest.raises(psycopg.Error, match="is open already: file 2"):
        reread(engine, file)
    engine.run(process=False)
    with pytest.raises(psycopg.Error, match="is open already: file 2"):
        reread(engine, file)
    engine.run()
    with pytest.raises(psycopg.Error, match="file 1 is superseded"):
        reread(engine, file)
    with pytest.raises(psycopg.Error, match="there is no file 99"):
        reread(engine, 99)
    assert caught.value.sqlstate == "RC008"
    with pytest.raises(psycopg.Error, match="there is no extract bills"):
        engine.query("CALL etl.reread_extract('bills', NULL, NULL, 'why')")
