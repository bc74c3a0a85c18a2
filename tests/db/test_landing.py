"""From bytes to raw: rows stay as they are, and rows that raw cannot store become rejects."""

import pytest

from tests.support.engine import Engine, counts

RAGGED = b"x\nx|y\n"
"""Rows that fit in no number of fields: were they alike, the file would have drifted."""
STRICT = ["2025-07-01", "6f1c0a52-93c1-4e0e-8f0b-0d6a2f0c7b11", "2025-07-01", "2025-07-01 00:00:00"]


def test_fields_are_read_back_from_raw_byte_for_byte(engine: Engine) -> None:
    texts = ['"', "'", "\\", "\\N", "\\.", "\t", "\r\n", "a\nb", ",", "|^", "^^|", "ā ‘’", "\x01"]
    rows = [{"medicine_id": str(n), "medicine_name": text} for n, text in enumerate(texts)]
    engine.ingest("medicine", rows)
    raw = engine.query("SELECT medicine_name FROM raw.medicine_raw ORDER BY line_no")
    assert [text for (text,) in raw] == texts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_told_apart(engine: Engine, encoding: str) -> None:
    rows = [{"medicine_id": "1", "medicine_name": "Māori"}]
    file = engine.ingest("medicine", engine.line("medicine", rows[0]).encode(encoding))
    assert (file.status, file.encoding[:5]) == ("processed", encoding[:5])
    assert engine.query("SELECT medicine_name FROM core.dim_medicine") == [("Māori",)]


def test_rows_that_cannot_stand_in_raw_become_rejects_with_their_lines(depot: Engine) -> None:
    content = b"a|1|1|10\nshort\nb|1|1|2\x000\nc|1|1|\xff\nd|1|1|40\n"
    file = depot.ingest("picks", content)
    assert counts(file) == (5, 2, 0, 0, 3)
    assert depot.query(
        "SELECT line_no, row_text, field_errors -> '(row)' ->> 'code' FROM etl.rejects"
    ) == [
        (2, "short", "field_count"),
        (3, "b|1|1|2\\x000", "nul"),
        (4, "c|1|1|\\xff", "undecodable"),
    ]
    assert depot.query("SELECT line_no, aisle FROM raw.picks_raw ORDER BY 1") == [
        (1, "a"),
        (5, "d"),
    ]


def test_a_row_that_does_not_fit_fails_the_file_where_the_contract_says_so(depot: Engine) -> None:
    file = depot.ingest("dated", [STRICT, STRICT[:3]])
    assert file.status == "failed"
    assert "2" in file.status_reason
    assert depot.query("SELECT * FROM raw.dated_raw") == []


def test_more_than_a_thousand_rows_that_do_not_fit_fail_the_file(depot: Engine) -> None:
    assert depot.ingest("picks", RAGGED * 500, "2025-07-01 12:00").status == "processed"
    file = depot.ingest("picks", RAGGED * 501, "2025-07-02 12:00")
    assert file.status == "failed"
    assert depot.one("SELECT count(*) FROM etl.rejects") == 1000


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "file is empty"), (b"a|1|1|10\nb|1|1|2", "broke off")],
    ids=["empty", "truncated"],
)
def test_a_file_that_is_not_whole_fails_and_leaves_nothing(
    depot: Engine, content: bytes, said: str
) -> None:
    file = depot.ingest("picks", content)
    assert file.status == "failed"
    assert said in file.status_reason
    assert depot.query("SELECT * FROM raw.picks_raw") == []


def test_names_that_fit_no_pattern_are_kept_with_the_reason(depot: Engine) -> None:
    days = ("Picks_delta_202502300000", "Picks_delta_202509280230", "Cats_delta_202507010000")
    for name in ("notes.txt", *days):
        (depot.folder / name).write_bytes(b"a|1|1|10\n")
    depot.run()
    assert depot.query("SELECT s3_key, name_problem FROM etl.s3_objects ORDER BY 1") == [
        ("Cats_delta_202507010000", "the name holds an unknown file type: Cats"),
        (
            "Picks_delta_202502300000",
            "the name holds an impossible date: date_extracted 202502300000",
        ),
        (
            "Picks_delta_202509280230",
            "the name holds a DateExtracted that the time zone skips: 2025-09-28 02:30:00",
        ),
        ("notes.txt", "the name fits no pattern of the source"),
    ]
    assert depot.one("SELECT names_unread FROM etl.health") == 4
    assert depot.query("SELECT * FROM etl.load_run_files") == []


@pytest.mark.parametrize(
    "name",
    [
        "685146535Medicine_202506290000_202507060000_2507061200",
        "685146535Medicine2025062900002025070600002507061200",
        "685146_535_Medicine_202506290000_202507060000_2507061200.CSV",
        "C:/Jobs/indici_export\\working\\685146535Medicine_202506290000_202507060000_2507061200.csv",
    ],
)
def test_every_spelling_of_a_name_means_the_same(engine: Engine, name: str) -> None:
    parsed = "SELECT extract, tenant, date_from::text, date_to::text, date_extracted::text, problem"
    assert engine.query(parsed + " FROM etl.parse_name('indici', %s)", name) == [
        (
            *("medicine", ["535", "685146"], "2025-06-29 00:00:00+12"),
            *("2025-07-06 00:00:00+12", "2025-07-06 12:00:00+12", None),
        )
    ]


def test_a_landing_that_was_committed_is_not_failed_by_a_lost_answer(engine: Engine) -> None:
    file = engine.ingest("medicine", [{"medicine_id": "1"}])
    (attempt,) = engine.query("SELECT * FROM etl.file_attempts WHERE action = 'land'")
    engine.query("SELECT etl.fail_landing(%s, '57P01', 'connection', true, 'lost')", attempt[0])
    assert engine.query("SELECT * FROM etl.file_attempts WHERE action = 'land'") == [attempt]
    assert (
        engine.one(
            "SELECT status FROM etl.load_run_files WHERE load_run_file_id = %s",
            file.load_run_file_id,
        )
        == "processed"
    )
