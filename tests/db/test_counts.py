"""Every row read is counted: counts add up, and a reject keeps line, text and all reasons."""

from tests.support.engine import Engine, counts

ADDS_UP = """
    SELECT count(*), count(*) FILTER (WHERE
        f.rows_read = f.rows_ingested + f.rows_unchanged + f.rows_duplicate + f.rows_rejected
    )
    FROM etl.load_run_files AS f WHERE f.status = 'processed'
"""


def a_thousand_invoices() -> list[list[str] | dict[str, str]]:
    rows: list[list[str] | dict[str, str]] = [
        {
            "invoice_transaction_id": str(number),
            "total_amount": f"{number}.50",
            "inserted_at": "2025-04-03 15:36:52.467",
            "is_active": "1",
        }
        for number in range(1, 1001)
    ]
    for place, text in ((99, "2025-13-01 00:00:00"), (199, "now"), (299, "2025-09-28 02:30:00")):
        rows[place] = {**rows[place], "inserted_at": text}  # type: ignore[dict-item]
    rows[399] = {**rows[399], "invoice_transaction_id": "", "is_active": "yes"}  # type: ignore[dict-item]
    rows[499] = ["a field too many"] * 29
    rows[599] = {**rows[599], "invoice_transaction_id": "1", "updated_at": "2025-05-01 09:00:00"}  # type: ignore[dict-item]
    return rows


def test_a_thousand_rows_with_five_faults_and_a_duplicate(engine: Engine) -> None:
    file = engine.ingest("invoices", a_thousand_invoices())
    assert (file.status, counts(file)) == ("processed", (1000, 994, 0, 1, 5))
    assert file.rows_rejected_landing == 1
    time = "is not a local time of Pacific/Auckland: YYYY-MM-DD HH:MM:SS[.ffffff]"
    assert engine.query("SELECT line_no, stage, field_errors FROM etl.rejects ORDER BY 1") == [
        (100, "typing", {"inserted_at": {"text": "2025-13-01 00:00:00", "reason": time}}),
        (200, "typing", {"inserted_at": {"text": "now", "reason": time}}),
        (300, "typing", {"inserted_at": {"text": "2025-09-28 02:30:00", "reason": time}}),
        (400, "typing", {
            "invoice_transaction_id": {"text": None, "reason": "is required and empty"},
            "is_active": {"text": "yes", "reason": "is not boolean: 0 or 1"},
        }),
        (500, "landing", {
            "(row)": {"code": "field_count", "reason": "expected 28 fields, found 29"}
        }),
    ]  # fmt: skip
    assert engine.one("SELECT count(*) FROM core.fact_invoices") == 994
    assert engine.one("SELECT count(*) FROM raw.invoices_raw") == 999


def test_a_reject_repeats_its_row_and_the_texts_of_its_key(engine: Engine) -> None:
    row = {"invoice_transaction_id": "07", "notes": "tab\there, \\N and |^| stay"}
    engine.ingest("invoices", [row, *({"invoice_transaction_id": str(n)} for n in range(1, 30))])
    ((text, key),) = engine.query("SELECT row_text, natural_key FROM etl.rejects_invoices")
    assert text == engine.line("invoices", row)
    assert key == {"practice_id": "535", "per_org_id": "685146", "invoice_transaction_id": "07"}


def test_all_errors_of_a_row_are_said_at_once(depot: Engine) -> None:
    depot.ingest("samples", [["x", "1.5", "", "", "1.234", "NaN", "y", "today", "", "1", "", "10"]])
    ((errors,),) = depot.query("SELECT field_errors FROM etl.rejects")
    assert {name: error["text"] for name, error in errors.items()} == {
        "sample_id": "x",
        "a_smallint": "1.5",
        "an_amount": "1.234",
        "a_numeric": "NaN",
        "a_boolean": "y",
        "a_date": "today",
        "a_uuid": "1",
        "checked": "10",
    }


def test_the_row_of_a_key_with_the_greatest_dedupe_value_counts(depot: Engine) -> None:
    file = depot.ingest(
        "picks", [["a", "1", "2", "20"], ["a", "1", "10", "30"], ["a", "1", "", "1"],
                  ["b", "1", "1", "5"], ["b", "1", "1", "6"]],
    )  # fmt: skip
    assert counts(file) == (5, 2, 0, 3, 0)
    query = "SELECT aisle, shelf, revision, taken FROM core.fact_picks ORDER BY 1"
    assert depot.query(query) == [("a", "1", 10, 30), ("b", "1", 1, 6)]


def test_a_rejected_row_is_no_candidate_of_its_key(depot: Engine) -> None:
    file = depot.ingest("picks", [["a", "1", "1", "20"], ["a", "1", "2", "many"]])
    assert counts(file) == (2, 1, 0, 0, 1)
    assert depot.query("SELECT revision, taken FROM core.fact_picks") == [(1, 20)]


def test_counts_of_every_file_add_up_and_raw_holds_what_did_not_fail_at_landing(
    engine: Engine,
) -> None:
    engine.deliver("invoices", a_thousand_invoices(), "2025-07-06 12:00")
    engine.deliver("invoices", a_thousand_invoices()[:600], "2025-07-13 12:00")
    engine.deliver("invoices", a_thousand_invoices()[300:], "2025-06-29 12:00")
    engine.run()
    assert engine.query(ADDS_UP) == [(3, 3)]
    in_raw = engine.query("""
        SELECT f.rows_read - f.rows_rejected_landing = count(r.*)
        FROM etl.load_run_files AS f LEFT JOIN raw.invoices_raw AS r USING (load_run_file_id)
        GROUP BY f.load_run_file_id
    """)
    assert in_raw == [(True,)] * 3


def test_a_row_of_another_tenant_is_rejected(engine: Engine) -> None:
    medicine = {"medicine_id": "1"}
    file = engine.ingest(
        "medicine",
        [medicine] * 40 + [{**medicine, "practice_id": "545"}, {**medicine, "per_org_id": ""}],
    )
    assert counts(file) == (42, 1, 0, 39, 2)
    said = engine.query("SELECT field_errors FROM etl.rejects ORDER BY line_no")
    assert said == [
        ({"practice_id": {"text": "545", "reason": "is not the tenant in the name of the file"}},),
        ({"per_org_id": {"text": None, "reason": "is not the tenant in the name of the file"}},),
    ]


def test_rows_of_two_tenants_with_one_id_stand_side_by_side(engine: Engine) -> None:
    engine.ingest("medicine", [{"medicine_id": "1", "medicine_name": "here"}])
    engine.tenant = ("545", "685146")
    engine.ingest("medicine", [{"medicine_id": "1", "medicine_name": "there"}])
    rows = "SELECT practice_id, medicine_id, medicine_name FROM core.dim_medicine ORDER BY 1"
    assert engine.query(rows) == [("535", 1, "here"), ("545", 1, "there")]


def test_every_core_row_leads_back_to_an_object_version(engine: Engine) -> None:
    path = engine.deliver("invoices", a_thousand_invoices())
    engine.run()
    rows = engine.query("""
        SELECT f.s3_bucket, f.s3_key, f.s3_version_id, f.load_run_id,
            f.date_extracted::text, count(*)
        FROM core.fact_invoices AS c JOIN core.files AS f USING (load_run_file_id, load_run_id)
        GROUP BY 1, 2, 3, 4, 5
    """)
    digest = engine.file(path).file_hash
    expected = (f"file://{engine.folder}", path.name, f"sha256:{digest}", 1)
    assert rows == [(*expected, "2025-07-06 12:00:00+12", 994)]
