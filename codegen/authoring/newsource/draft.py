"""What the samples of one extract show: what is drafted from, and written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codegen.authoring.newsource.columns import ColumnGuess
from codegen.authoring.newsource.keys import Key
from codegen.authoring.newsource.naming import entity_of


@dataclass
class Draft:
    """What the samples of one extract show."""

    name: str
    file_types: list[str]
    samples: list[Path]
    headings: list[str]
    names: list[str]
    columns: list[ColumnGuess]
    key: Key
    rows: Sequence[Sequence[str]]
    bad: int
    has_headings: bool
    references: list[tuple[str, str]] = field(default_factory=list)
    is_dimension: bool = False

    @property
    def entity(self) -> str:
        """What one row is."""
        return entity_of(self.name)
