"""Errors of process_batch have a hint, and several sessions share the work."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.support.engine import Engine
from tests.support.ingest import wait_until

ATTEMPTS = """
    SELECT load_run_file_id, count(*), count(*) FILTER (WHERE outcome = 'succeeded')
    FROM etl.file_attempts WHERE action = 'process' GROUP BY 1 ORDER BY 1
"""


def test_an_unknown_run_is_rc001_with_a_hint(module_depot: Engine) -> None:
    with module_depot.driver() as driver, pytest.raises(psycopg.Error) as caught:
        driver.execute("CALL etl.process_batch(42424242)")
    assert caught.value.sqlstate == "RC001"
    assert caught.value.diag.message_primary == "there is no run 42424242"
    assert "etl.load_runs" in (caught.value.diag.message_hint or "")


@pytest.mark.parametrize(
    "call",
    [
        "CALL etl.process_batch(1)",
        "CALL etl.reprocess_file(1)",
        "CALL etl.reprocess_run(1)",
        "CALL etl.reprocess_extract('bins', NULL, NULL)",
        "CALL etl.release_file(1, 'why')",
        "CALL etl.readmit_file(1, 'why')",
    ],
)
@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN; SAVEPOINT a", "BEGIN; SELECT 1"])
def test_in_a_transaction_block_it_says_why_it_cannot(
    module_depot: Engine, begin: str, call: str
) -> None:
    with psycopg.connect(module_depot.database.admin_url, autocommit=True) as session:
        session.execute(begin.encode())
        with pytest.raises(psycopg.Error) as caught:
            session.execute(call.encode())
    assert caught.value.sqlstate == "RC002"
    assert "COMMIT or ROLLBACK" in (caught.value.diag.message_hint or "")


def test_a_dba_calls_it_from_a_do_block(depot: Engine) -> None:
    depot.deliver("bins", [{"aisle": "a", "shelf": "1"}])
    run = depot.run(process=False)
    depot.query(f"DO $$ BEGIN CALL etl.process_batch({run:d}); END $$")
    assert depot.one("SELECT count(*) FROM core.dim_bins") == 1


def test_a_second_call_finds_nothing_to_do(depot: Engine) -> None:
    depot.deliver("bins", [{"aisle": "a", "shelf": "1"}])
    run = depot.run()
    with depot.driver() as driver:
        driver.execute(f"CALL etl.process_batch({run:d})")
    assert depot.query(ATTEMPTS) == [(1, 1, 1)]


def test_sessions_at_once_share_the_files_and_process_each_once(depot: Engine) -> None:
    for day in range(1, 13):
        for extract in ("bins", "picks"):
            rows = [{"aisle": str(n), "shelf": str(day)} for n in range(200)]
            depot.deliver(extract, rows, f"2025-07-{day:02} 12:00")
    run = depot.run(process=False)

    def work() -> None:
        with depot.driver() as driver:
            driver.execute(f"CALL etl.process_batch({run:d})")

    with ThreadPoolExecutor(4) as pool:
        for session in [pool.submit(work) for _ in range(4)]:
            session.result(timeout=60)
    assert depot.one("SELECT count(*) FROM etl.load_run_files WHERE status = 'processed'") == 24
    assert [row[2] for row in depot.query(ATTEMPTS)] == [1] * 24
    assert depot.one("SELECT count(*) FROM etl.load_run_files WHERE path = 'late'") == 0
    assert depot.one("SELECT count(*) FROM core.dim_bins") == 2400
    assert depot.one("SELECT count(*) FROM core.fact_picks") == 2400
    workers = "SELECT count(DISTINCT pid) > 1 FROM etl.file_attempts WHERE action = 'process'"
    assert depot.one(workers)


def test_while_one_session_works_on_an_extract_another_takes_the_others(depot: Engine) -> None:
    depot.deliver("bins", [{"aisle": "a", "shelf": "1"}])
    depot.deliver("picks", [{"aisle": "a", "shelf": "1"}])
    run = depot.run(process=False)
    with psycopg.connect(depot.database.admin_url) as holder, depot.driver() as driver:
        holder.execute("SELECT FROM etl.locks WHERE extract = 'bins' FOR UPDATE")
        driver.execute(f"CALL etl.process_batch({run:d})")
        holder.rollback()
        states = "SELECT extract, status FROM etl.load_run_files ORDER BY 1"
        assert depot.query(states) == [("bins", "landed"), ("picks", "processed")]
        driver.execute(f"CALL etl.process_batch({run:d})")
    assert depot.query(states) == [("bins", "processed"), ("picks", "processed")]


def test_a_file_whose_worker_died_is_taken_up_at_once(depot: Engine) -> None:
    depot.deliver("bins", [{"aisle": "a", "shelf": "1"}])
    run = depot.run(process=False)
    with depot.driver() as worker:  # opens the attempt, commits it, and goes away
        worker.execute("SELECT etl.next_file(%s, clock_timestamp())", [run])
        assert depot.one("SELECT status FROM etl.load_run_files") == "processing"
    depot.one("SELECT pg_sleep(0.2)")
    with depot.driver() as driver:
        driver.execute(f"CALL etl.process_batch({run:d})")
    assert depot.one("SELECT status FROM etl.load_run_files") == "processed"
    assert depot.query(ATTEMPTS) == [(1, 2, 1)]


def test_an_attempt_is_visible_while_its_file_is_processed(depot: Engine) -> None:
    depot.query("""
        CREATE FUNCTION core.look() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
        CREATE TRIGGER look BEFORE INSERT ON core.fact_picks EXECUTE FUNCTION core.look()
    """)
    depot.deliver("picks", [{"aisle": "a", "shelf": "1"}])
    run = depot.run(process=False)
    with ThreadPoolExecutor(1) as pool, depot.driver() as driver:
        working = pool.submit(driver.execute, f"CALL etl.process_batch({run:d})")
        depot.one("SELECT pg_sleep(0.5)")
        seen = depot.query("""
            SELECT f.status, a.outcome, a.pid
            FROM etl.load_run_files AS f JOIN etl.file_attempts AS a USING (file_attempt_id)
        """)
        working.result(timeout=30)
        assert seen == [("processing", None, driver.info.backend_pid)]


def test_workers_of_one_round_try_a_file_once_however_late_they_come(depot: Engine) -> None:
    depot.query("""
        CREATE FUNCTION core.disk_full() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100''; END';
        CREATE TRIGGER full_disk BEFORE INSERT ON core.dim_bins EXECUTE FUNCTION core.disk_full()
    """)
    depot.deliver("bins", [{"aisle": "a", "shelf": "1"}])
    run = depot.run(process=False)
    round_began = depot.one("SELECT clock_timestamp()::text")
    for _ in range(2):
        with depot.driver() as worker:
            worker.execute("SELECT set_config('rawcore.round_began', %s, false)", [round_began])
            worker.execute(f"CALL etl.process_batch({run:d})")
        assert depot.query(ATTEMPTS) == [(1, 1, 0)]
    with depot.driver() as dba:
        dba.execute(f"CALL etl.process_batch({run:d})")
    assert depot.query(ATTEMPTS) == [(1, 2, 0)]


def test_a_file_that_is_not_small_is_known_to_the_planner(depot: Engine) -> None:
    depot.query("UPDATE etl.config SET value = '100' WHERE name = 'analyze_file_bytes'")
    rows = [["a", str(number), "1", "2"] for number in range(50)]
    large = depot.ingest("picks", rows, "2025-07-02 12:00")
    small = depot.ingest("picks", rows[:1], "2025-07-03 12:00")
    assert large.size_bytes >= 100 > small.size_bytes
    known = depot.query(
        "SELECT attname, most_common_vals::text FROM pg_stats"
        " WHERE schemaname = 'raw' AND tablename = 'picks_raw'"
    )
    assert known == [("load_run_file_id", f"{{{large.load_run_file_id}}}")]


def test_a_file_whose_extract_another_session_holds_says_so_and_is_taken_by_the_next_run(
    depot: Engine,
) -> None:
    path = depot.deliver("picks", [["a", "1", "1", "2"]])
    with psycopg.connect(depot.database.admin_url) as holder:
        holder.execute("SELECT FROM etl.locks WHERE extract = 'picks' FOR UPDATE")
        depot.run()
        left = depot.file(path)
    assert left.status == "landed"
    assert left.status_reason.startswith("not processed: the run ended, or another session")
    depot.run()
    assert (depot.file(path).status, depot.file(path).status_reason) == ("processed", None)


def test_process_file_waits_for_the_lock_of_its_extract_whoever_calls_it(depot: Engine) -> None:
    depot.deliver("picks", [["a", "1", "1", "2"]])
    run = depot.run(process=False)
    waits = "SELECT count(*) = 1 FROM pg_locks WHERE NOT granted AND pid = %s"
    with (
        ThreadPoolExecutor() as pool,
        depot.driver() as caller,
        psycopg.connect(depot.database.admin_url) as holder,
    ):
        (attempt,) = caller.execute("SELECT etl.next_file(%s, now())", [run]).fetchone() or (0,)
        holder.execute("SELECT FROM etl.locks WHERE extract = 'picks' FOR UPDATE")
        done = pool.submit(caller.execute, "CALL etl.process_file(%s)", [attempt])
        pid = caller.info.backend_pid
        wait_until(lambda: depot.one(waits, pid), "process_file waits")
        holder.commit()
        done.result(timeout=60)
    assert depot.one("SELECT status FROM etl.load_run_files") == "processed"
