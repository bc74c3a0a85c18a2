"""What a person or a log collector sees: a progress bar on a terminal, log lines, tables.

Log lines go to stderr, results to stdout. A line holds names, counts and times, no field content.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from rawcore.errors import printable

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


def make_log(style: str, quiet: bool = False) -> FilteringBoundLogger:
    """Return the log: lines for people (console) or machines (json); quiet: warnings and worse."""
    import logging

    import structlog

    # psycopg logs the text of errors, which can hold values of the feed.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL + 1)
    renderers: list[structlog.typing.Processor] = (
        [structlog.processors.JSONRenderer(serializer=_json)]
        if style == "json"
        else [
            _printable_values,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0),
        ]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if quiet else logging.INFO
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    log: FilteringBoundLogger = structlog.get_logger()
    return log


def has_terminal() -> bool:
    """Return whether a person watches: stderr is a terminal."""
    return sys.stderr.isatty()


class Progress(Protocol):
    """A progress bar that several threads may move."""

    def advance(self, amount: float) -> None:
        """Add units to those that are done."""

    def set(self, done: float) -> None:
        """Set how many units are done."""


class _NoProgress:
    def advance(self, amount: float) -> None:
        pass

    def set(self, done: float) -> None:
        pass


class _Bar:
    def __init__(self, bar: Any, task: Any) -> None:
        self._bar, self._task = bar, task

    def advance(self, amount: float) -> None:
        self._bar.advance(self._task, amount)

    def set(self, done: float) -> None:
        self._bar.update(self._task, completed=done)


@contextmanager
def progress(title: str, total: float, in_bytes: bool, shown: bool) -> Iterator[Progress]:
    """Show a bar while the block runs, if `shown`."""
    if not shown:
        yield _NoProgress()
        return
    from rich import progress as bars
    from rich.console import Console

    amount = bars.DownloadColumn() if in_bytes else bars.MofNCompleteColumn()
    rate = [bars.TransferSpeedColumn()] if in_bytes else []
    columns = [bars.TextColumn("{task.description}"), bars.BarColumn(), amount, *rate]
    with bars.Progress(
        *columns, bars.TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        yield _Bar(bar, bar.add_task(title, total=total))


def show(
    title: str,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str] = (),
    as_json: bool = False,
) -> None:
    """Print rows as a table, or as a JSON document. Numbers are right-aligned."""
    if as_json:
        print_json([dict(row) for row in rows])
        return
    from rich.console import Console
    from rich.table import Table

    names = list(columns) or (list(rows[0]) if rows else [])
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in names:
        numeric = all(isinstance(row[name], int | float | None) for row in rows)
        times = any(isinstance(row[name], datetime) for row in rows)
        table.add_column(
            name.replace("_", " "),
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=numeric or times,
        )
    for row in rows:
        table.add_row(*(_cell(row[name], name) for name in names))
    terminal = sys.stdout.isatty()
    Console(width=None if terminal else 200, highlight=False, markup=False).print(table)


def show_records(title: str, rows: Sequence[Mapping[str, Any]], as_json: bool = False) -> None:
    """Print each row as lines of name and value, or all as a JSON document."""
    if as_json:
        print_json([dict(row) for row in rows])
        return
    for row in rows:
        cells = [{"name": name, "value": _cell(row[name], name)} for name in row]
        show(title, cells)


def print_json(document: object) -> None:
    """Print a JSON document to stdout, piece by piece: a long plan has many rows."""
    if isinstance(document, dict):
        for number, (name, value) in enumerate(document.items()):
            print("," if number else "{", end="\n  ")
            print(_text(name), end=": ")
            _print_value(value, "  ")
        print("\n}" if document else "{}")
    else:
        _print_value(document, "")
        print()


def _print_value(value: object, margin: str) -> None:
    """Print a value; each element of a list gets its own line."""
    if not isinstance(value, list | tuple) or not value:
        print(_text(value), end="")
        return
    for number, one in enumerate(value):
        print("," if number else "[", end=f"\n{margin}  ")
        print(_text(one), end="")
    print(f"\n{margin}]", end="")


def _text(value: object) -> str:
    return _json(value, default=_plain)


def _json(value: object, **how: Any) -> str:
    """Return JSON in which all that could steer a terminal is escaped, and nothing else."""
    text = json.dumps(value, ensure_ascii=False, **how)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def _printable_values(
    log: object, method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    """Escape the texts of a log line; a processor of structlog."""
    return {
        name: printable(value) if isinstance(value, str) else value for name, value in event.items()
    }


def say(text: str) -> None:
    """Print lines to stdout."""
    print("\n".join(map(printable, text.split("\n"))))


def _cell(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name not in ("file", "run") and not name.endswith("_id"):
        return f"{value:,}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return printable(", ".join(value))
    if isinstance(value, dict | list):
        return _text(value)
    return printable(str(value))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
