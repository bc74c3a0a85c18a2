"""Late rows in a big dimension, compared with files in order of the same size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from codegen.contract.model import Extract
from rawcore.demo.names import delta_span, known_tenants
from tests.bench.contest import Contest
from tests.bench.data import FIRST, Maker, Rows

_TIMES = 3


@dataclass(frozen=True)
class Late:
    """Best of some files of each kind; seconds are those of processing, from raw to core."""

    versions: int
    rows: int
    in_order: dict[str, float]
    late: dict[str, float]
    no_index: dict[str, float]
    """Late, when the contract says `raw_key_index: false`."""

    @property
    def ratio(self) -> float:
        """Time of a late file divided by that of a file in order."""
        return self.late["process"] / self.in_order["process"]


def late_rows(contest: Contest, extract: Extract, versions: int, rows: int) -> Late:
    """Load a dimension of so many versions, two of each key, then files in order and late ones.

    Every row is a change; the late ones lie between the two versions of their keys.
    """
    maker = Maker(contest.feed, extract, known_tenants(contest.feed.source, 1)[0])
    keys = versions // 2
    folder = contest.folder / "late"

    def deliver(day: int, part: Rows) -> None:
        name = maker.name(delta_span(FIRST + timedelta(days=day), days=1))
        maker.write([part], folder / name, contest.folder / "copy.txt", "utf-16le")

    def spread(turn: int) -> range:
        step = keys // rows
        return range(1 + turn, 1 + turn + step * rows, step)

    with contest.database() as (connection, url):

        def load(days: list[int]) -> Iterator[dict[str, float]]:
            for number, day in enumerate(days):
                deliver(day, Rows(spread(day), version=100 + day))
                contest.settle()
                phases = contest.rawcore(connection, url, folder)[1]
                if number:  # the first warms up
                    yield phases

        for day, version in ((0, 0), (50, 1)):
            deliver(day, Rows(range(1, keys + 1), version))
            contest.rawcore(connection, url, folder)
        in_order = list(load(list(range(60, 61 + _TIMES))))
        late = list(load(list(range(10, 11 + _TIMES))))
        connection.execute(f"DROP INDEX raw.{extract.extract}_raw_key_idx")
        no_index = list(load(list(range(30, 32))))
    found = (in_order, late, no_index)
    return Late(versions, rows, *(min(one, key=lambda p: p["process"]) for one in found))
