"""Another attempt after a transient fault, and the end of a run when the other end is down."""

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
) -> Retrying:
    """Try RAWCORE_ATTEMPTS times where one of `faults` is raised, with growing random pauses.

    Each pause is a log line; `stop` ends it, and the last fault is raised.
    """
    from tenacity import Retrying, retry_if_exception_type, sleep_using_event, stop_after_attempt
    from tenacity import stop_when_event_set as stop_when_set
    from tenacity import wait_random_exponential as jitter

    def say(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if log is not None:
            seconds = round(state.upcoming_sleep, 2)
            log.warning("tried in vain", problem=str(error), attempt=state.attempt_number)
            log.info("pause before the next attempt", seconds=seconds)

    stop = stop or threading.Event()
    return Retrying(
        stop=stop_after_attempt(settings.rawcore_attempts) | stop_when_set(stop),
        wait=jitter(multiplier=settings.rawcore_backoff, max=_LONGEST_PAUSE),
        retry=retry_if_exception_type(faults),
        sleep=sleep_using_event(stop),
        before_sleep=say,
        reraise=True,
    )


@dataclass(slots=True)
class Breaker:
    """Counts transient faults in a row over all workers: a success closes it, too many open it."""

    settings: Settings
    jobs: int
    faults: int = 0
    _away: int = 0
    _last: RawcoreError | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def succeeded(self) -> None:
        """Note that the other end did what was asked."""
        with self._turn:
            self.faults, self._away, self._last = 0, 0, None

    def failed(self, error: RawcoreError) -> float:
        """Note a fault that another attempt may mend; return the pause before it, in seconds.

        Raises OtherEndDown after RAWCORE_BREAKER faults in a row for each worker. Bytes that do not
        fit their checksum are no sign that the other end is away.
        """
        with self._turn:
            self.faults += 1
            doublings = min((self.faults - 1) // self.jobs, 10)
            if error.error_class in _AWAY:
                self._away, self._last = self._away + 1, error
            is_open = self._away >= self.settings.rawcore_breaker * self.jobs
        if is_open:
            raise OtherEndDown(faults=self._away, problem=str(error))
        pause = min(_LONGEST_PAUSE, self.settings.rawcore_backoff * 2**doublings)
        return random.uniform(pause / 2, pause)

    def down(self) -> OtherEndDown | None:
        """Return what to say if all ended with as many faults in a row as a file has attempts."""
        if self._last is None or self._away < self.settings.rawcore_attempts:
            return None
        return OtherEndDown(faults=self._away, problem=str(self._last))
