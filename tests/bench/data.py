"""Rows for the bench: generated from a contract, filled like a real file, equal for equal seeds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from codegen.contract.model import Column, Extract, Feed
from rawcore.demo.columns import Calendar, pool_of
from rawcore.demo.names import Span, Tenant, file_name

FIRST = datetime(2025, 9, 7, 12, 5)  # noqa: DTZ001 - local time of the source
_BLOCK = 5_000
_TIMES_A_ROW = 9
_FILL = {"text": 0.5, "date": 0.5, "boolean": 0.9, "numeric": 0.5}
_REFERRED = 50_000
_FIELD, _ROW = "\x1f", "\x1e"
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


@dataclass(frozen=True)
class Rows:
    """Keys with their rows; each `version` of a key gives another row."""

    keys: range
    version: int = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.keys)


class Maker:
    """Makes the rows of one extract of one tenant."""

    def __init__(self, feed: Feed, extract: Extract, tenant: Tenant, seed: int = 1) -> None:
        self.feed, self.extract, self.tenant = feed, extract, tenant
        self._seed = seed
        calendar = Calendar(ZoneInfo(feed.source.timezone), FIRST)
        referred = {c.name for ref in feed.references(extract) for c in ref.columns}
        times = sum(column.base_type == "timestamptz" for column in extract.columns)
        self._pools = [
            None
            if column.name in extract.natural_key
            else self._pool(column, calendar, column.name in referred, times)
            for column in extract.columns
        ]

    def _pool(
        self, column: Column, calendar: Calendar, is_reference: bool, times: int
    ) -> list[str]:
        if column.is_tenant:
            return [self.tenant[column.name]]
        if is_reference:
            values = [str(number) for number in range(1, _REFERRED)]
        else:
            name = self.extract.extract
            values = [v for v in pool_of(self.feed, column, name, calendar, self._seed) if v]
        fill = _FILL.get(column.base_type, 0.95)
        if column.base_type == "timestamptz":
            fill = min(1.0, _TIMES_A_ROW / times)
        if column.domain or column.is_required:
            fill = 1.0
        return values + [""] * round(len(values) * (1 - fill) / fill)

    def write(self, parts: Sequence[Rows], delivered: Path, copied: Path, encoding: str) -> None:
        """Write the rows as they are delivered, and once more as text for COPY with NULL ''."""
        dialect = self.feed.source.dialect
        delivered.parent.mkdir(parents=True, exist_ok=True)
        with delivered.open("wb") as file, copied.open("wb") as text:
            for block in self._blocks(parts):
                shown = block.replace(_FIELD, dialect.field_separator)
                file.write(shown.replace(_ROW, dialect.row_separator).encode(encoding))
                for character, escaped in _ESCAPES:
                    block = block.replace(character, escaped)
                text.write(block.replace(_FIELD, "\t").replace(_ROW, "\n").encode())

    def _blocks(self, parts: Sequence[Rows]) -> Iterator[str]:
        for part in parts:
            for start in range(0, len(part), _BLOCK):
                keys = [str(key) for key in part.keys[start : start + _BLOCK]]
                rng = random.Random(f"{self._seed}/{self.extract.extract}/{part.version}/{keys[0]}")
                columns = [
                    keys if pool is None else rng.choices(pool, k=len(keys)) for pool in self._pools
                ]
                rows = map(_FIELD.join, zip(*columns, strict=True))
                yield _ROW.join(rows) + _ROW

    def name(self, span: Span) -> str:
        """Return the name of the file, as the source spells it."""
        return file_name(self.feed.source, self.extract, self.tenant, span, turn=0)
