"""A verdict belongs to its file: rebuilds keep it, a reprocess makes a new one."""

import pytest

from tests.support.engine import Engine, counts

AT = {n: f"2025-07-{n:02} 12:00" for n in range(1, 10)}
NEWEST = "SELECT revision, taken, load_run_file_id FROM core.fact_picks"


def pick(revision: str, taken: str) -> list[list[str]]:
    return [["a", "1", revision, taken]]


def test_a_rejected_row_leaves_its_key_as_it_was(depot: Engine) -> None:
    depot.ingest("picks", pick("1", "10"), AT[1])
    rejected = depot.ingest("picks", pick("2", "many"), AT[2])
    assert (rejected.status, counts(rejected)) == ("processed", (1, 0, 0, 0, 1))
    assert depot.query(NEWEST) == [(1, 10, 1)]


def test_a_rebuild_does_not_read_rejected_rows_of_its_keys(depot: Engine) -> None:
    depot.ingest("picks", pick("1", "10"), AT[2])
    depot.ingest("picks", pick("2", "many"), AT[3])
    late = depot.ingest("picks", pick("0", "9"), AT[1])
    assert (late.status, late.path) == ("processed", "late")
    assert depot.query(NEWEST) == [(1, 10, 1)]


def test_a_reject_stays_until_its_own_file_is_reprocessed(depot: Engine) -> None:
    def bin_of(size: str, stock: str) -> list[list[str]]:
        return [["a", "1", "", size, stock, "", ""]]

    depot.ingest("bins", bin_of("S", "1"), AT[2])
    unknown = depot.ingest("bins", bin_of("XL", "2"), AT[3])
    depot.query(
        "INSERT INTO etl.domain_values (source, domain, source_value, core_value)"
        " VALUES ('depot', 'size', 'xl', 'huge')"
    )
    depot.ingest("bins", bin_of("L", "0"), AT[1])
    current = "SELECT size, stock FROM core.dim_bins WHERE is_current"
    assert depot.query(current) == [("small", 1)]
    depot.query("CALL etl.reprocess_file(%s)", unknown.load_run_file_id)
    assert depot.query(current) == [("huge", 2)]
    assert depot.query("SELECT size, stock FROM core.dim_bins ORDER BY effective_from") == [
        ("large", 0),
        ("small", 1),
        ("huge", 2),
    ]


def test_a_row_that_reprocessing_rejects_leaves_core(depot: Engine) -> None:
    depot.ingest("bins", [["a", "1", "", "S", "1", "", ""]], AT[1])
    file = depot.ingest("bins", [["a", "1", "", "L", "2", "", ""]], AT[2])
    depot.query("DELETE FROM etl.domain_values WHERE source_value = 'l'")
    depot.query("CALL etl.reprocess_file(%s)", file.load_run_file_id)
    assert depot.query("SELECT size, stock, effective_to FROM core.dim_bins") == [
        ("small", 1, None)
    ]
    assert depot.query("SELECT line_no, resolved_by_run FROM etl.rejects") == [(1, None)]


def shelves(*ids: int) -> list[list[str]]:
    return [[str(number), "x", "4"] for number in ids]


def test_a_mirror_closes_what_it_lacks_and_opens_what_comes_back(depot: Engine) -> None:
    deleted = "SELECT shelf_id, deleted_at::date::text FROM core.fact_shelves ORDER BY 1"
    depot.ingest("shelves", shelves(*range(10)), AT[1], kind="full")
    depot.ingest("shelves", shelves(*range(1, 10)), AT[2], kind="full")
    assert depot.query(deleted)[:2] == [(0, "2025-07-02"), (1, None)]
    depot.ingest("shelves", shelves(0), AT[3], kind="delta")
    assert depot.query(deleted)[:2] == [(0, None), (1, None)]


def test_a_key_counts_as_present_in_a_rejected_row(depot: Engine) -> None:
    depot.ingest("shelves", shelves(*range(10)), AT[1], kind="full")
    rows = [*shelves(*range(1, 10)), ["0", "x", "many"]]
    again = depot.ingest("shelves", rows, AT[2], kind="full")
    assert (counts(again), again.core_closed) == ((10, 0, 9, 0, 1), 0)
    assert depot.one("SELECT count(*) FROM core.fact_shelves WHERE deleted_at IS NULL") == 10


def test_a_mirror_that_would_close_too_much_is_held_until_it_is_released(depot: Engine) -> None:
    present = "SELECT count(*) FROM core.fact_shelves WHERE deleted_at IS NULL"
    depot.ingest("shelves", shelves(*range(10)), AT[1], kind="full")
    held = depot.ingest("shelves", shelves(0, 1), AT[2], kind="full")
    assert (held.status, held.is_counting, depot.one(present)) == ("held", False, 10)
    assert depot.one("SELECT files_held FROM etl.health") == 1
    depot.run()
    depot.run("retry")
    assert depot.one(present) == 10
    depot.query("CALL etl.release_file(%s, 'the depot burned')", held.load_run_file_id)
    assert depot.one(present) == 2
    depot.query("CALL etl.reprocess_file(%s)", held.load_run_file_id)
    states = "SELECT status, decision, decision_reason FROM etl.load_run_files ORDER BY 1, 2"
    assert (depot.one(present), depot.query(states)[0]) == (
        2,
        ("processed", "released", "the depot burned"),
    )


def test_a_file_is_a_mirror_only_if_it_is_certainly_full(depot: Engine) -> None:
    depot.ingest("shelves", shelves(*range(10)), AT[1], kind="full")
    delta = depot.ingest("shelves", shelves(*range(9)), AT[2], kind="delta")
    assert (delta.kind, delta.is_mirror, delta.core_closed) == ("delta", False, 0)


def test_the_option_kind_does_not_hold_for_a_file_whose_name_tells(depot: Engine) -> None:
    depot.ingest("shelves", shelves(*range(10)), AT[1], kind="full")
    path = depot.deliver("shelves", shelves(*range(9)), AT[2], kind="delta")
    depot.look()
    plan = "SELECT reason FROM etl.plan_files('depot', '{\"kind\": \"full\"}')"
    assert depot.query(plan) == [("new; its name says delta, so --kind does not hold for it",)]
    depot.run(kind="full")
    assert (depot.file(path).kind, depot.file(path).core_closed) == ("delta", 0)


def test_the_kind_that_was_recorded_stays_when_full_before_moves(engine: Engine) -> None:
    path = engine.deliver("invoices", [{"invoice_transaction_id": "1"}], since="2020-06-01")
    engine.run()
    engine.query("UPDATE etl.sources SET full_before = '2021-01-01'")
    engine.query("CALL etl.reprocess_file(%s)", engine.file(path).load_run_file_id)
    assert engine.file(path).kind == "delta"


def test_what_a_run_was_told_holds_when_another_run_processes_the_file(engine: Engine) -> None:
    rows = [{"invoice_transaction_id": one} for one in ("1", "x")]
    path = engine.deliver("invoices", rows)
    engine.run(kind="full", overrides={"reject_rate": "0.5"}, process=False)
    engine.run()
    file = engine.file(path)
    assert (file.status, file.kind, float(file.reject_rate)) == ("processed", "full", 0.5)


def test_a_run_can_do_without_mirrors(depot: Engine) -> None:
    depot.ingest("shelves", shelves(*range(10)), AT[1], kind="full")
    path = depot.deliver("shelves", shelves(*range(9)), AT[2], kind="full")
    depot.run(overrides={"mirror": "false"})
    assert (depot.file(path).is_mirror, depot.file(path).core_closed) == (False, 0)
    depot.query("CALL etl.reprocess_file(%s)", depot.file(path).load_run_file_id)
    assert depot.one("SELECT count(*) FROM core.fact_shelves WHERE deleted_at IS NULL") == 10


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", "failed"), (b"0|x|4\n1|x", "failed"), (b"0|x|4\n", "held"), (b"\0|x|4\n" * 10, "held")],
    ids=["empty", "broken off", "cut after a row", "no row that can land"],
)
def test_no_broken_delivery_empties_core(depot: Engine, content: bytes, status: str) -> None:
    depot.ingest("shelves", shelves(*range(10)), AT[1], kind="full")
    path = depot.deliver("shelves", content, AT[2], kind="full")
    share = "1" if b"\0" in content else "0.5"
    depot.run(overrides={"mirror_close_share": share})
    assert depot.file(path).status == status
    assert depot.one("SELECT count(*) FROM core.fact_shelves WHERE deleted_at IS NULL") == 10


def test_the_switch_of_an_extract_is_recorded_on_its_files(depot: Engine) -> None:
    depot.query("INSERT INTO etl.feature_flags VALUES ('mirror', 'shelves', false)")
    depot.ingest("shelves", shelves(*range(10)), AT[1], kind="full")
    off = depot.ingest("shelves", shelves(*range(9)), AT[2], kind="full")
    depot.query("UPDATE etl.feature_flags SET is_on = true WHERE extract = 'shelves'")
    depot.query("CALL etl.reprocess_file(%s)", off.load_run_file_id)
    on = depot.ingest("shelves", shelves(*range(9)), AT[3], kind="full")
    mirrors = "SELECT is_mirror, core_closed FROM etl.load_run_files ORDER BY load_run_file_id"
    assert depot.query(mirrors)[1:] == [(False, 0), (True, 1)]
    assert on.is_mirror


def test_verify_finds_what_was_changed_by_hand(depot: Engine) -> None:
    depot.ingest("picks", [["a", "1", "1", "10"], ["b", "1", "1", "20"]], AT[1])
    assert depot.query("SELECT * FROM etl.verify('picks')") == []
    depot.query("UPDATE core.fact_picks SET taken = 11 WHERE aisle = 'a'")
    assert depot.query("SELECT check_name, load_run_file_id FROM etl.verify('picks')") == [
        ("rebuild", 1)
    ]
    assert depot.one("SELECT taken FROM core.fact_picks WHERE aisle = 'a'") == 11


def test_trace_leads_to_line_and_object_version(depot: Engine) -> None:
    path = depot.deliver("picks", [["a", "1", "1", "10"], ["b", "1", "1", "20"]], AT[1])
    depot.run()
    rows = depot.query("""
        SELECT line_no, s3_key, file_hash, load_run_id
        FROM etl.trace('fact_picks', '{"aisle": "b", "shelf": "1"}')
    """)
    assert rows == [(2, path.name, depot.file(path).file_hash, 1)]
