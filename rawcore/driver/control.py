"""The control connection of a run: asks, holds the source, and is made again when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import psycopg

from rawcore.driver.database import Connection, Row, Source, connect, load_source, translated
from rawcore.driver.retries import attempts
from rawcore.errors import ConnectionLost, SourceBusy
from rawcore.settings import Settings

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

T = TypeVar("T")


class Control:
    """A connection that threads may share; `connection` is the present one."""

    def __init__(self, url: str, settings: Settings, log: FilteringBoundLogger) -> None:
        self.url, self.settings, self.log = url, settings, log
        self._holds_source = False
        self._turn = threading.RLock()
        self.connection: Connection = self._connected()
        self.source: Source = load_source(self.connection, settings.rawcore_source)
        self._set_timezone()

    def query(self, statement: str, *parameters: object) -> list[Row]:
        """Return the rows of a statement as dicts, times in the zone of the source."""
        return self.through(lambda: self._ask(statement, *parameters))

    def through(self, work: Callable[[], T]) -> T:
        """Do work on `connection`; where that is lost meanwhile, connect and do it once more.

        The source is held as before.
        """
        with self._turn:
            try:
                return work()
            except ConnectionLost as error:
                self.log.warning("control connection lost", problem=str(error))
            self._reconnect()
            return work()

    def one(self, statement: str, *parameters: object) -> Row:
        """Return the only row of a statement."""
        (row,) = self.query(statement, *parameters)
        return row

    def lock(self) -> None:
        """Hold the source to the end of the session. Raises SourceBusy."""
        if not self.one("SELECT etl.lock_source(%s) AS got", self.source.name)["got"]:
            raise SourceBusy(source=self.source.name)
        self._holds_source = True

    def close(self) -> None:
        """Give the source back and end the session.

        The server has let go when this returns: it may notice the end of a session a little later.
        """
        with suppress(psycopg.Error):  # a server that is gone holds nothing
            if self._holds_source:
                self.connection.execute("SELECT etl.unlock_source(%s)", [self.source.name])
            self.connection.close()

    def _ask(self, statement: str, *parameters: object) -> list[Row]:
        with translated():
            return self.connection.execute(statement, parameters).fetchall()

    def _connected(self) -> Connection:
        return connect(self.url, self.settings, "rawcore control", self.log)

    def _set_timezone(self) -> None:
        self._ask("SELECT set_config('TimeZone', %s, false)", self.source.timezone)

    def _reconnect(self) -> None:
        """Connect again and take the source back, if no other run has it by now.

        The server may need a moment to see that the session before is gone. Raises SourceBusy.
        """
        self.connection.close()
        self.connection = self._connected()
        self._set_timezone()
        if not self._holds_source:
            return
        for attempt in attempts(self.settings, self.log, SourceBusy):
            with attempt:
                self.lock()
