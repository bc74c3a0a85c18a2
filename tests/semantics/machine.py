"""Feeds of small files, delivered in any order and grouping, as hypothesis makes them."""

from __future__ import annotations

from typing import ClassVar, Literal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.semantics.model import Delivery
from tests.semantics.shop import BAD, GOOD, TENANTS
from tests.semantics.warehouse import Warehouse
from tests.semantics.world import Name, World

EXTRACTS = tuple(GOOD)
KINDS: tuple[Literal["full", "delta"], ...] = ("full", "delta")


def rows(extract: str) -> st.SearchStrategy[list[str]]:
    """Rows of one file: mostly good, some bad, some of another tenant; keys may occur twice."""
    good = st.sampled_from(GOOD[extract])
    bad = st.sampled_from([*BAD[extract], f"!9,99,{GOOD[extract][0]}", f"!1,24,{GOOD[extract][0]}"])
    row = st.integers(0, 6).flatmap(lambda n: bad if n == 6 else good)
    return st.lists(row, min_size=1, max_size=4)


def names(extract: str, tenants: int) -> st.SearchStrategy[Name]:
    """Names of files; few days, so that many have the same DateExtracted."""
    return st.builds(
        Name,
        st.just(extract),
        st.integers(1, 4),
        st.sampled_from(KINDS),
        st.sampled_from(TENANTS[:tenants]),
        st.integers(0, 1),
        st.booleans(),
        st.sampled_from(["", "", "a/", "B/"]),
    )


class Shop(RuleBasedStateMachine):
    """Deliveries, corrections, repeats and decisions; the world compares after each."""

    warehouse: ClassVar[Warehouse]

    @initialize(data=st.data(), tenants=st.integers(1, 3), count=st.sampled_from([1, 1, 1, 2, 4]))
    def open_shop(self, data: st.DataObject, tenants: int, count: int) -> None:
        """Choose few extracts and tenants, so that files meet."""
        self.world = World(self.warehouse)
        self.tenants = tenants
        self.extracts = data.draw(
            st.lists(
                st.sampled_from(EXTRACTS),
                min_size=min(count, len(EXTRACTS)),
                max_size=count,
                unique=True,
            )
        )

    def _put(self, data: st.DataObject) -> None:
        extract = data.draw(st.sampled_from(self.extracts))
        name = data.draw(names(extract, self.tenants))
        self.world.put(name, data.draw(rows(extract)), data.draw(st.integers(-1, 1)))

    @rule(data=st.data(), count=st.integers(1, 4), workers=st.sampled_from([1] * 7 + [2]))
    def deliver(self, data: st.DataObject, count: int, workers: int) -> None:
        """Deliver some files in one run, sometimes with two workers."""
        for _ in range(count):
            self._put(data)
        self.world.run(workers=workers)

    def _seen(self, extract: str) -> list[str]:
        return [
            row.partition(",")[2].partition(",")[2]
            for one in self.world.deliveries
            if one.file.extract == extract
            for row in one.file.rows
        ]

    def _deliver_next(self, last: Name, kind: Literal["full", "delta"], texts: list[str]) -> None:
        day = 1 + max(name.day for name in self.world.names.values())
        self.world.put(Name(last.extract, day, kind, last.tenant), texts)
        self.world.run()

    def _any_name(self, data: st.DataObject) -> Name:
        return self.world.names[data.draw(st.sampled_from(sorted(self.world.names)))]

    @precondition(lambda self: self._has_files())
    @rule(data=st.data(), count=st.integers(1, 3), full=st.booleans())
    def deliver_day_by_day(self, data: st.DataObject, count: int, full: bool) -> None:
        """Deliver in order, mostly rows that were there before: what is unchanged is skipped."""
        last = self._any_name(data)
        seen = self._seen(last.extract)
        again = st.lists(
            st.sampled_from([*seen, *seen, *BAD[last.extract]]), min_size=1, max_size=4
        )
        for _ in range(count):
            texts = data.draw(st.one_of(again, again, rows(last.extract)))
            self._deliver_next(last, KINDS[not full], texts)

    @precondition(lambda self: self._has_files())
    @rule(data=st.data())
    def deliver_to_and_fro(self, data: st.DataObject) -> None:
        """A row changes and changes back, day by day."""
        last = self._any_name(data)
        one = data.draw(st.sampled_from(GOOD[last.extract]))
        key = one.partition(",")[0]
        other = data.draw(
            st.sampled_from([row for row in GOOD[last.extract] if row.partition(",")[0] == key])
        )
        for row in (one, other, one):
            self._deliver_next(last, "delta", [row])

    @precondition(lambda self: self._has_files())
    @rule(data=st.data(), gaps=st.lists(st.integers(0, 3), min_size=2, max_size=3))
    def deliver_whole(self, data: st.DataObject, gaps: list[int]) -> None:
        """Deliver the same full file day by day, each time without a row or with a bad one."""
        last = self._any_name(data)
        whole = sorted({*self._seen(last.extract)[:2], *GOOD[last.extract][-2:]})
        for gap in gaps:
            instead = data.draw(st.sampled_from([[], [], *([row] for row in BAD[last.extract])]))
            self._deliver_next(last, "full", [*whole[:gap], *instead, *whole[gap + 1 :]])

    @rule(data=st.data(), count=st.integers(1, 2), process=st.booleans())
    def deliver_in_part(self, data: st.DataObject, count: int, process: bool) -> None:
        """Deliver, but load one extract only, or do not come to processing."""
        for _ in range(count):
            self._put(data)
        self.world.run([data.draw(st.sampled_from(self.extracts))], process=process)

    @rule(data=st.data(), milliseconds=st.integers(5, 60))
    def deliver_with_a_break(self, data: st.DataObject, milliseconds: int) -> None:
        """A worker dies while it lands, another while it processes; the next finish their work."""
        self._put(data)
        self._put(data)
        self.world.warehouse.die_while_landing()
        self.world.run(cancel_after=milliseconds)

    def _has_files(self) -> bool:
        return bool(self.world.names)

    @precondition(lambda self: self._has_files())
    @rule(data=st.data(), restore=st.booleans())
    def correct(self, data: st.DataObject, restore: bool) -> None:
        """Deliver a new version of a key, or an earlier content of it again."""
        key = data.draw(st.sampled_from(sorted(self.world.names)))
        name = self.world.names[key]
        contents = [one.file.rows for one in self.world.deliveries if one.file.s3_key == key]
        if restore and contents:
            new = [f"!{row}" for row in data.draw(st.sampled_from(contents))]
        else:
            new = data.draw(rows(name.extract))
        self.world.put(name, new)
        self.world.run()

    @rule()
    def repeat(self) -> None:
        """A run with nothing new."""
        self.world.run()

    @rule()
    def force(self) -> None:
        """Land everything again."""
        self.world.run(force=True)

    def _choose(self, data: st.DataObject, wanted: list[Delivery]) -> Delivery:
        return wanted[data.draw(st.integers(0, len(wanted) - 1))]

    @precondition(lambda self: self.world.open_files())
    @rule(data=st.data())
    def exclude(self, data: st.DataObject) -> None:
        """Take a file out of core."""
        self.world.exclude(self._choose(data, self.world.open_files()))

    @precondition(lambda self: self.world.excluded_files())
    @rule(data=st.data())
    def readmit(self, data: st.DataObject) -> None:
        """Let an excluded file count again."""
        self.world.readmit(self._choose(data, self.world.excluded_files()))

    @precondition(lambda self: self.world.held_files())
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """Let a held mirror count."""
        self.world.release(self._choose(data, self.world.held_files()))

    @precondition(lambda self: self._not_held())
    @rule(data=st.data())
    def reprocess(self, data: st.DataObject) -> None:
        """Derive a file again from raw."""
        self.world.reprocess(self._choose(data, self._not_held()))

    def _not_held(self) -> list[Delivery]:
        return [one for one in self.world.open_files() if not one.held]

    @precondition(lambda self: self._has_files())
    @rule(data=st.data())
    def purge(self, data: st.DataObject) -> None:
        """Rows before a day go from raw; core, now and later, stays as if they were there."""
        last = max(name.day for name in self.world.names.values())
        day = data.draw(st.one_of(st.just(last + 1), st.integers(2, last + 1)))
        self.world.purge(data.draw(st.sampled_from(self.extracts)), day)
        self.world.verify()

    @rule()
    def verify(self) -> None:
        """Ask the database whether all is well."""
        self.world.verify()

    @rule()
    def learn(self) -> None:
        """A value is added to a domain; files show it when they are processed again."""
        self.world.learn()
