"""Retries after faults that may pass: how many, after which backoff, and when to stop.

Every retry of the driver goes through `attempts`: connections, listings, landing, processing.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rawcore.errors import OtherEndDown, RawcoreError
from rawcore.settings import Settings

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from tenacity import RetryCallState, Retrying

_LONGEST_PAUSE = 30.0
_AWAY = ("connection", "rate_limited", "resource")


def attempts(
    settings: Settings,
    log: FilteringBoundLogger | None,
    *faults: type[RawcoreError],
    stop: threading.Event | None = None,
    breaker: Breaker | None = None,
) -> Retrying:
    """Retry, after a pause, if one of `faults` is raised (none named: any retryable error).

    Makes RAWCORE_ATTEMPTS attempts in all. With a breaker, which counts the faults of all workers,
    it retries until the breaker opens. It logs failures and pauses; with a breaker the caller logs
    the failures. The event `stop` ends a pause. Raises the last fault, or OtherEndDown if the
    breaker opened.
    """
    from tenacity import (
        Retrying,
        retry_if_exception,
        sleep_using_event,
        stop_after_attempt,
        stop_never,
        stop_when_event_set,
    )

    stop = stop or threading.Event()

    def may_pass(error: BaseException) -> bool:
        if faults:
            return isinstance(error, faults)
        return isinstance(error, RawcoreError) and error.retryable and not error.ends_run

    def pause(state: RetryCallState) -> float:
        if breaker is not None:
            return breaker.failed(_fault(state))
        return _pause(settings, state.attempt_number)

    def say(state: RetryCallState) -> None:
        if log is None:
            return
        problem, seconds = str(_fault(state)), round(state.upcoming_sleep, 2)
        if breaker is None:
            log.warning("attempt failed", problem=problem, attempt=state.attempt_number)
            log.info("pause before the next attempt", seconds=seconds)
        else:
            log.info("pause before the next attempt", after=problem, seconds=seconds)

    limit = stop_after_attempt(settings.rawcore_attempts) | stop_when_event_set(stop)
    return Retrying(
        retry=retry_if_exception(may_pass),
        stop=limit if breaker is None else stop_never,
        wait=pause,
        sleep=sleep_using_event(stop),
        before_sleep=say,
        reraise=True,
    )


def _fault(state: RetryCallState) -> RawcoreError:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, RawcoreError) else RawcoreError(problem=str(error))


def _pause(settings: Settings, failures: int) -> float:
    """Return the pause after this many failures in a row, in seconds: it doubles, with jitter."""
    longest = min(_LONGEST_PAUSE, settings.rawcore_backoff * 2 ** min(failures - 1, 10))
    return random.uniform(longest / 2, longest)


@dataclass(slots=True)
class Breaker:
    """Counts retryable faults in a row over all workers: a success closes it, too many open it."""

    settings: Settings
    jobs: int
    faults: int = 0
    _away: int = 0
    _last: RawcoreError | None = None
    _opened_by: dict[str, object] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def succeeded(self) -> None:
        """Record a success: counting starts again."""
        with self._turn:
            self.faults, self._away, self._last = 0, 0, None

    def failed(self, error: RawcoreError) -> float:
        """Record a retryable fault; return the pause before the next attempt, in seconds.

        Raises OtherEndDown after RAWCORE_BREAKER faults in a row for each worker. A wrong checksum
        does not count here: it does not show that the other end is down.
        """
        with self._turn:
            self.faults += 1
            rounds = (self.faults - 1) // self.jobs + 1
            if error.error_class in _AWAY:
                self._away, self._last = self._away + 1, error
            is_open = self._away >= self.settings.rawcore_breaker * self.jobs
            if is_open and self._opened_by is None:  # later faults of other workers change nothing
                self._opened_by = {"faults": self._away, "problem": str(error)}
        if self._opened_by is not None:
            raise OtherEndDown(**self._opened_by)
        return _pause(self.settings, rounds)

    def down(self) -> OtherEndDown | None:
        """Return the error to report if at least RAWCORE_ATTEMPTS faults in a row came last."""
        if self._last is None or self._away < self.settings.rawcore_attempts:
            return None
        return OtherEndDown(faults=self._away, problem=str(self._last))
