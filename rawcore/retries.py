"""Another attempt after a fault that may pass: how often, after which pause, and when no more.

Whatever is tried again goes through `attempts`: sessions, listings, landing, processing.
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
    """Try again where one of `faults` is raised (none named: any retryable one), after a pause.

    RAWCORE_ATTEMPTS times in all; with a breaker, which counts the faults of several threads, until
    that opens. Failures and pauses are log lines, but with a breaker the caller logs its failures.
    The event `stop` ends a pause. Raises the last fault, or OtherEndDown if the breaker opened.
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
    """Return the seconds to wait after so many failures in a row: they double, with jitter."""
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
        """Note that the other end did what was asked."""
        with self._turn:
            self.faults, self._away, self._last = 0, 0, None

    def failed(self, error: RawcoreError) -> float:
        """Note a fault that another attempt may mend; return the pause before it, in seconds.

        Raises OtherEndDown after RAWCORE_BREAKER faults in a row for each worker. Bytes that do not
        fit their checksum do not show that the other end is away.
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
        """Return what to report if the last faults in a row were as many as a file has attempts."""
        if self._last is None or self._away < self.settings.rawcore_attempts:
            return None
        return OtherEndDown(faults=self._away, problem=str(self._last))
