"""The rows of one extract and tenant, and their changes between deliveries."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from codegen.contract.model import Column, Extract, ResolvedReference
from rawcore.demo import words
from rawcore.demo.columns import Pools
from rawcore.demo.names import Tenant

FeedRow = tuple[str, ...]
Keys = dict[str, list[str]]
"""Texts of the natural key, one list for each of its columns."""

_ORPHANS = 200  # one reference in so many has no target
_RESTING = 0.6  # share of a fact's rows, the oldest ones, that never changes again
_CHANGED, _NEW, _REPEATED = 0.025, 0.012, 0.008
_LIVELY = 4  # rows of a dimension that change in every delivery
_TENANT_CHANGES = 0.4  # probability that the only row of a tenant changes
_HEALTH_NUMBERS = 20_000


@dataclass
class FeedTable:
    """The state of one extract and tenant in the source system."""

    source: Pools
    extract: Extract
    tenant: Tenant
    planned: int
    tables: dict[str, FeedTable]
    keys: Keys = field(default_factory=dict)
    rows: list[FeedRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Set the links to other tables and columns."""
        self.feed, self.seed = self.source.feed, self.source.seed
        self._references = self.feed.references(self.extract)
        self._linked = {c.name for reference in self._references for c in reference.columns}
        self._alike: dict[str, list[str]] = {}
        self._places = {name: place for place, name in enumerate(self.extract.column_names)}
        key = self.extract.natural_key
        self._serial = next((n for n in key if n not in self._linked), key[-1] if key else None)
        self.pools = self.source.of(self.extract)
        self._lookups = self._lookup_ids()
        self._ids = {listed.name: (name, ids) for name, (listed, ids) in self._lookups.items()}
        stems = [name.removesuffix("_id") for name in self.feed.source.tenant]
        self._titles = {n for stem in stems for n in (stem, f"{stem}_name")} & {*self.pools}
        self._title = words.labels()[sum(map(int, filter(str.isdigit, self._named()))) % 6]
        self._moving = [c for c in self.extract.distinct_columns if self._moves(c)]
        self._untracked = [
            c for c in self.extract.distinct_columns if c.tracked is False and not c.is_key
        ]

    @property
    def count(self) -> int:
        """Number of keys so far."""
        return len(next(iter(self.keys.values()), [])) if self.extract.natural_key else 1

    def first_rows(self, count: int, loaded: datetime) -> list[FeedRow]:
        """Make the rows of the first full file, and keep the rows that may change later."""
        rng = self._rng("full")
        made = self._new_rows(rng, count, loaded)
        resting = 0 if self.extract.is_dimension else int(count * _RESTING)
        self.rows = made[resting:]
        return made

    def delta_rows(self, batch: str, loaded: datetime) -> list[FeedRow]:
        """Change the state by one week; return changed, repeated and new rows."""
        rng = self._rng(batch)
        total = self.count
        wanted = max(1, round(total * (_CHANGED + _REPEATED)))
        order = rng.sample(range(len(self.rows)), min(wanted, len(self.rows)))
        changed = order[: max(1, round(len(order) * _CHANGED / (_CHANGED + _REPEATED)))]
        if not self.extract.natural_key:
            changed = changed if rng.random() < _TENANT_CHANGES else []
        elif self.extract.is_dimension:
            changed = list(dict.fromkeys([*range(min(_LIVELY, len(self.rows))), *changed]))
        for place in changed:
            self.rows[place] = self._changed(rng, self.rows[place], loaded)
        places = sorted({*changed, *order})
        for place in places:
            self.rows[place] = self._loaded_again(rng, self.rows[place], loaded)
        out = [self.rows[place] for place in places]
        if self.extract.natural_key:
            fresh = self._new_rows(rng, max(1, round(total * _NEW)), loaded)
            self.rows += fresh
            out += fresh
        return out

    def corrected(self, rows: list[FeedRow], loaded: datetime) -> list[FeedRow]:
        """Return the rows of an earlier file as corrected: some changed, one removed."""
        rng = self._rng("correction")
        kept = rows[:-1] if len(rows) > 2 else rows
        return [self._changed(rng, r, loaded) if n % 5 == 0 else r for n, r in enumerate(kept)]

    def altered(self, rng: random.Random, row: FeedRow, columns: int = 1) -> FeedRow:
        """Return the row with other values in some columns."""
        cells = list(row)
        for column in rng.sample(self._moving, min(columns, len(self._moving))):
            place, pool = self.place(column), self.pools[column.name]
            value = rng.choice(pool)
            if value == cells[place]:
                value = next((v for v in pool if v != cells[place]), value)
            cells[place] = value
            if column.name in self._ids:
                name, ids = self._ids[column.name]
                cells[self._places[name]] = ids[value]
        return tuple(cells)

    def place(self, column: Column) -> int:
        """Return the place of a column in a row."""
        return self._places[column.name]

    def _rng(self, what: str) -> random.Random:
        return random.Random(f"{self.seed}/{self._named()}/{self.extract.extract}/{what}")

    def _named(self) -> str:
        return "/".join(self.tenant.values())

    def _lookup_ids(self) -> dict[str, tuple[Column, dict[str, str]]]:
        """Return the columns that hold numbers for the values of another: gender_id for gender."""
        found: dict[str, tuple[Column, dict[str, str]]] = {}
        for name, pool in self.pools.items():
            column = self.extract.column(name)
            number = self.pools.get(f"{name}_id")
            if number is None or column.domain or column.is_key or not column.in_core:
                continue
            if (
                self.extract.column(f"{name}_id").type == "text"
                and f"{name}_id" not in self._linked
            ):
                values = sorted({value for value in pool if value})
                ids = {value: str(101 + place) for place, value in enumerate(values)}
                found[f"{name}_id"] = (column, {"": "", **ids})
        return found

    def _moves(self, column: Column) -> bool:
        """Whether a reader of core would see a change of this column."""
        if column.is_key or column.is_pseudonymised or not column.in_core:
            return False
        if column.tracked != "history" or column.name in (*self._linked, *self.extract.dedupe):
            return False
        if column.name in self._lookups or column.name in self._titles:
            return False
        return len({value for value in self.pools[column.name] if value}) > 1

    def _new_rows(self, rng: random.Random, count: int, loaded: datetime) -> list[FeedRow]:
        if not self.extract.natural_key:
            count = 1
        cells: dict[str, list[str]] = {}
        for reference in self._references:
            self._link(rng, reference, count, cells)
        start = self.count if self.extract.natural_key else 0
        for column in self.extract.distinct_columns:
            cells[column.name] = self._cells(rng, column, count, start, loaded, cells)
        for name in self.extract.natural_key:
            self.keys.setdefault(name, []).extend(cells[name])
        return list(zip(*(cells[name] for name in self.extract.column_names), strict=True))

    def _cells(
        self,
        rng: random.Random,
        column: Column,
        count: int,
        start: int,
        loaded: datetime,
        done: dict[str, list[str]],
    ) -> list[str]:
        """Return the texts of one column for `count` new rows."""
        if column.is_tenant:
            return [self.tenant[column.name]] * count
        if column.name in done and column.name != self._serial:
            return done[column.name]
        if column.name in self._titles:
            return [self._title] * count
        if column.name in self._lookups:
            listed, ids = self._lookups[column.name]
            if listed.name not in done:
                done[listed.name] = self._cells(rng, listed, count, start, loaded, done)
            return [ids[value] for value in done[listed.name]]
        if column.name == self._serial:
            return [self._key(column, start + n) for n in range(count)]
        if column.tracked is False and column.base_type == "timestamptz":
            return rng.choices(self._load_times(rng, loaded), k=count)
        if column.name in self.extract.dedupe and start and column.base_type == "timestamptz":
            return rng.choices(self._week(rng, loaded), k=count)
        if column.is_pseudonymised and "nhi" in column.name:
            numbers = words.health_numbers(_HEALTH_NUMBERS)
            offset = rng.randrange(_HEALTH_NUMBERS)
            return [numbers[(offset + n) % _HEALTH_NUMBERS] for n in range(count)]
        if column.name not in self._alike:
            self._alike[column.name] = self._keys_of_that_name(column)
        return rng.choices(self._alike[column.name] or self.pools[column.name], k=count)

    def _keys_of_that_name(self, column: Column) -> list[str]:
        """Return the first keys of another table whose natural key has this name and type."""
        for table in self.tables.values():
            key = table.extract.natural_key
            if table is not self and key == (column.name,):
                aim = table.extract.column(column.name)
                if aim.type == column.type:
                    return [table._key(aim, n) for n in range(table.planned)]
        return []

    def _key(self, column: Column, number: int) -> str:
        """Return the key text of the n-th row; every third number is used."""
        salt = sum(map(ord, self.extract.extract)) % 50 * 1000
        match column.base_type:
            case "text":
                return f"{self.extract.entity[:1].upper()}{number:07d}"
            case "uuid":
                return f"00000000-0000-4000-a000-{number:012x}"
            case "date":
                return f"{datetime(1970, 1, 1) + timedelta(days=number):%Y-%m-%d}"  # noqa: DTZ001
            case "smallint":
                return str(number + 1)
            case _:
                return str(salt + 3 * number + 1)

    def _link(
        self,
        rng: random.Random,
        reference: ResolvedReference,
        count: int,
        cells: dict[str, list[str]],
    ) -> None:
        """Fill the columns of a reference with existing keys, except for a few orphans."""
        target = self.tables[reference.dimension.extract]
        required = any(column.is_required for column in reference.columns)
        known = target.count
        picks = rng.choices(range(known), k=count) if known else []
        empty = [] if required else rng.sample(range(count), count // 25)
        orphans = rng.sample(range(count), count // _ORPHANS) if count > _ORPHANS else []
        for column, aim in zip(reference.columns, reference.target_columns, strict=True):
            texts = target.keys.get(aim.name, [])
            values = [texts[pick] for pick in picks] if texts else [""] * count
            if aim.name == target._serial:
                for place in orphans:
                    values[place] = target._key(aim, known * 2 + place)
            for place in empty:
                values[place] = ""
            cells.setdefault(column.name, values)

    def _changed(self, rng: random.Random, row: FeedRow, loaded: datetime) -> FeedRow:
        """Return the row with one to three changed values and a newer time of change."""
        cells = list(self.altered(rng, row, rng.randint(1, 3)))
        for name in self.extract.dedupe:
            if self.extract.column(name).base_type == "timestamptz":
                cells[self._places[name]] = rng.choice(self._week(rng, loaded, 1))
        return tuple(cells)

    def _loaded_again(self, rng: random.Random, row: FeedRow, loaded: datetime) -> FeedRow:
        """Return the row with changed values in the untracked columns."""
        cells = list(row)
        for column in self._untracked:
            if column.base_type == "timestamptz":
                cells[self.place(column)] = self._load_times(rng, loaded, 1)[0]
            else:
                cells[self.place(column)] = rng.choice(self.pools[column.name])
        return tuple(cells)

    def _load_times(self, rng: random.Random, loaded: datetime, count: int = 30) -> list[str]:
        moments = (loaded - timedelta(seconds=rng.randrange(1200)) for _ in range(count))
        return [f"{moment:%Y-%m-%d %H:%M:%S}.{rng.randrange(1000):03d}" for moment in moments]

    def _week(self, rng: random.Random, loaded: datetime, count: int = 60) -> list[str]:
        times: list[str] = []
        while len(times) < count:
            moment = loaded - timedelta(seconds=rng.randrange(1300, 500_000))
            if self.source.calendar.exists(moment):
                times.append(f"{moment:%Y-%m-%d %H:%M:%S}.{rng.randrange(1000):03d}")
        return times
