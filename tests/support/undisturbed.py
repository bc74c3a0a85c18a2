"""A few deliveries, and a check that a disturbed load ends like an undisturbed one."""

import json
from typing import Any

from tests.support.ingest import Driver, body, medicines, name, row
from tests.support.s3 import Bucket

STRAYS = body([row("medicine", medicine_id="seven"), "8|^^|too short"])
PADDING = "x" * 950
HALF = 1_100_000
SAME = row("vaccine", vaccine_id="0")


def put_files(bucket: Bucket) -> None:
    """Put three deliveries of two extracts: keys overlap, some rows are unchanged, some rejected.

    A file of medicines has about 2 MB: pieces of 1 MiB reach COPY.
    """
    for day in (1, 2, 3):
        content = medicines(day, 1_000 + day, name=f"As of day {day} {PADDING}") + STRAYS
        bucket.put(name("Medicine", day), content)
        bucket.put(name("Vaccine", day), body([SAME, row("vaccine", vaccine_id=str(day))]))


def same_as_undisturbed(driver: Driver, undisturbed: Driver, *arguments: str) -> None:
    """Check that a plain run ends with 0 and leaves what an undisturbed run does, each row once."""
    done = driver.run(*arguments)
    assert done.code == 0, done.err
    same_content(driver, undisturbed)


def same_content(driver: Driver, undisturbed: Driver) -> None:
    """Raw, stg, core, rejects and counts are those of an undisturbed run, each row once."""
    assert driver.content() == undisturbed.content()
    assert set(driver.statuses().values()) == {"processed"}
    for extract in ("medicine", "vaccine"):
        raw = f"SELECT count(*), count(DISTINCT (load_run_file_id, line_no)) FROM raw.{extract}_raw"
        assert driver.query(raw) == undisturbed.query(raw)


def attempts(driver: Driver, action: str = "land") -> list[tuple[Any, ...]]:
    """Return outcome, class, whether it is retried, and SQLSTATE of each attempt that failed."""
    rows = driver.query(
        "SELECT outcome, error_class, is_retryable, sqlstate FROM etl.file_attempts"
        " WHERE action = %s AND outcome = 'failed' ORDER BY file_attempt_id",
        action,
    )
    return [tuple(row.values()) for row in rows]


def events(log: str, event: str) -> list[dict[str, Any]]:
    """Return the log lines of one kind."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]
