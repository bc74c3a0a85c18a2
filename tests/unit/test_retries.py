"""Retries: when, after which pause, and when not."""

import threading
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from rawcore.errors import (
    ChecksumDiffers,
    ConnectionLost,
    DatabaseUnreachable,
    OtherEndDown,
    RateLimited,
)
from rawcore.retries import Breaker, attempts
from rawcore.settings import Settings

BUSY = RateLimited(code="SlowDown")


def breaker(jobs: int = 1, **settings: Any) -> Breaker:
    return Breaker(Settings(rawcore_backoff=1, **settings), jobs)


def lose() -> None:
    raise ConnectionLost(problem="57P01")


def test_pauses_double_and_vary() -> None:
    one = breaker()
    pauses = [one.failed(BUSY) for _ in range(8)]
    assert all(2**n / 2 <= pause <= 2**n for n, pause in enumerate(pauses[:5]))
    assert all(15 <= pause <= 30 for pause in pauses[5:])
    assert len(set(pauses)) == 8


def test_workers_that_fail_at_once_do_not_double_each_others_pauses() -> None:
    one = breaker(jobs=4)
    assert all(one.failed(BUSY) <= 1 for _ in range(4))
    assert one.failed(BUSY) >= 1


def test_so_many_faults_in_a_row_for_each_worker_end_the_run() -> None:
    one = breaker(jobs=2, rawcore_breaker=3)
    for _ in range(5):
        one.failed(BUSY)
    with pytest.raises(OtherEndDown, match=r"6 faults in a row; .*SlowDown") as caught:
        one.failed(BUSY)
    assert caught.value.exit_code == 3
    with pytest.raises(OtherEndDown, match=r"6 faults in a row; .*SlowDown"):
        one.failed(ChecksumDiffers(key="the file of another worker"))


def test_a_success_between_them_closes_it() -> None:
    one = breaker(rawcore_breaker=2)
    for _ in range(5):
        assert one.failed(BUSY) <= 1
        one.succeeded()
    assert one.down() is None


def test_bytes_that_do_not_fit_are_no_sign_that_the_store_is_away() -> None:
    one = breaker(rawcore_breaker=2)
    for _ in range(5):
        one.failed(ChecksumDiffers(key="a"))
    assert one.down() is None


def test_each_failed_attempt_is_a_log_line_and_the_last_fault_is_raised() -> None:
    log: Any = structlog.get_logger()
    trying = attempts(Settings(rawcore_backoff=0), log, ConnectionLost)
    with capture_logs() as lines, pytest.raises(ConnectionLost):
        trying(lose)
    said = [line["attempt"] for line in lines if line["event"] == "attempt failed"]
    assert said == [1, 2, 3, 4]


def test_a_stopped_run_makes_no_other_attempt() -> None:
    stop = threading.Event()
    made = []

    def lose_and_stop() -> None:
        made.append(1)
        stop.set()
        lose()

    with pytest.raises(ConnectionLost):
        attempts(Settings(), None, ConnectionLost, stop=stop)(lose_and_stop)
    assert made == [1]


def test_with_a_breaker_attempts_go_on_until_it_opens() -> None:
    made = []
    one = breaker(rawcore_breaker=7)
    one.settings = Settings(rawcore_backoff=0, rawcore_breaker=7, rawcore_attempts=2)

    def lose_again() -> None:
        made.append(1)
        lose()

    log: Any = structlog.get_logger()
    with pytest.raises(OtherEndDown, match="7 faults in a row"):
        attempts(one.settings, log, breaker=one)(lose_again)
    assert len(made) == 7


def test_a_fault_that_would_come_again_is_not_retried() -> None:
    made = []

    def refuse() -> None:
        made.append(1)
        raise DatabaseUnreachable(where="here", problem="no")

    with pytest.raises(DatabaseUnreachable):
        attempts(Settings(), None, breaker=breaker())(refuse)
    assert made == [1]
