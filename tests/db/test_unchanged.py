"""Unchanged data is not written: equal rows, equal files, only a later time of loading."""

from tests.support.engine import Engine, counts

STG = "SELECT medicine_id, xmin::text, load_run_file_id FROM stg.medicine ORDER BY 1"
CORE = "SELECT medicine_id, xmin::text, load_run_file_id FROM core.dim_medicine ORDER BY 1, 3"


def medicines(*names: str, loaded: str = "2025-07-06 11:00:00.000") -> list[dict[str, str]]:
    return [
        {"medicine_id": str(n), "medicine_name": name, "loaded_date_time": loaded}
        for n, name in enumerate(names, 1)
    ]


def test_the_same_rows_again_are_skipped_and_leave_stg_and_core_untouched(engine: Engine) -> None:
    engine.ingest("medicine", medicines("a", "b", "c"), "2025-07-06 12:00")
    before = engine.query(STG), engine.query(CORE)
    again = engine.ingest("medicine", medicines("a", "b", "c"), "2025-07-13 12:00")
    assert counts(again) == (3, 0, 3, 0, 0)
    assert (again.core_inserted, again.core_updated, again.core_closed) == (0, 0, 0)
    assert (engine.query(STG), engine.query(CORE)) == before


def test_a_later_time_of_loading_alone_is_no_change(engine: Engine) -> None:
    engine.ingest("medicine", medicines("a", "b"), "2025-07-06 12:00")
    before = engine.query(STG), engine.query(CORE)
    later = medicines("a", "b", loaded="2025-07-13 11:00:00.000")
    again = engine.ingest("medicine", later, "2025-07-13 12:00")
    assert counts(again) == (2, 0, 2, 0, 0)
    assert (engine.query(STG), engine.query(CORE)) == before


def test_a_delta_changes_only_what_it_changes(engine: Engine) -> None:
    engine.ingest("medicine", medicines("a", "b", "c"), "2025-07-06 12:00")
    before = engine.query(STG)
    delta = engine.ingest("medicine", medicines("a", "B", "c", "d"), "2025-07-13 12:00")
    assert counts(delta) == (4, 2, 2, 0, 0)
    assert (delta.core_inserted, delta.core_updated) == (2, 1)
    after = engine.query(STG)
    assert [after[0], after[2]] == [before[0], before[2]]
    assert [row[2] for row in after] == [1, 2, 1, 2]


def test_other_text_of_the_same_value_changes_nothing_in_core_and_is_remembered(
    engine: Engine,
) -> None:
    def invoice(text: str) -> list[dict[str, str]]:
        return [{"invoice_transaction_id": "1", "total_amount": text}]

    core = "SELECT xmin::text, total_amount FROM core.fact_invoices"
    engine.ingest("invoices", invoice("18.5"), "2025-07-06 12:00")
    before = engine.query(core)
    assert counts(engine.ingest("invoices", invoice("18.50"), "2025-07-13 12:00"))[1:3] == (1, 0)
    assert counts(engine.ingest("invoices", invoice("18.50"), "2025-07-20 12:00"))[1:3] == (0, 1)
    assert engine.query(core) == before


def test_a_repeated_key_is_never_skipped(engine: Engine) -> None:
    engine.ingest("medicine", medicines("a"), "2025-07-06 12:00")
    twice = engine.ingest("medicine", medicines("b") + medicines("a"), "2025-07-13 12:00")
    assert counts(twice) == (2, 1, 0, 1, 0)
    assert engine.query("SELECT medicine_name FROM core.dim_medicine") == [("a",)]


def test_an_older_file_after_a_newer_one_does_not_overwrite(engine: Engine) -> None:
    invoice = {"invoice_transaction_id": "1"}
    engine.ingest("invoices", [{**invoice, "payment_mode": "new"}], "2025-07-13 12:00")
    older = engine.ingest("invoices", [{**invoice, "payment_mode": "old"}], "2025-07-06 12:00")
    assert (older.status, older.path) == ("processed", "late")
    newest = [("new", 1)]
    assert engine.query("SELECT payment_mode, load_run_file_id FROM stg.invoices") == newest
    assert engine.query("SELECT payment_mode, load_run_file_id FROM core.fact_invoices") == newest


def test_an_older_file_with_equal_rows_moves_the_lineage_to_the_first_that_said_so(
    engine: Engine,
) -> None:
    engine.ingest("medicine", medicines("a"), "2025-07-13 12:00")
    engine.ingest("medicine", medicines("a"), "2025-07-06 12:00")
    lineage = "SELECT load_run_file_id, date_extracted::date::text FROM "
    assert engine.query(lineage + "stg.medicine") == [(2, "2025-07-06")]
    assert engine.query(lineage + "core.dim_medicine") == [(2, "2025-07-06")]


def test_the_same_content_under_a_new_version_is_skipped(engine: Engine) -> None:
    engine.ingest("medicine", medicines("a"))
    touched = engine.ingest("medicine", medicines("a"))
    assert touched.status == "skipped"
    assert "landed already" in touched.status_reason
    assert engine.one("SELECT count(*) FROM raw.medicine_raw") == 1
