"""The contract model: a feed is a source with its extracts; every default is applied here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from pydantic import field_validator, model_validator

from codegen.contract.column import Column
from codegen.contract.extract import Core, Extract, Reference, ThresholdOverrides
from codegen.contract.source import (
    ContractModel,
    Domain,
    FileNames,
    RaggedRows,
    Source,
    SourceDialect,
    Thresholds,
)

__all__ = [
    "Column",
    "Core",
    "Domain",
    "Extract",
    "Feed",
    "FileNames",
    "Reference",
    "ResolvedReference",
    "Source",
    "SourceDialect",
    "ThresholdOverrides",
    "Thresholds",
]


@dataclass(frozen=True)
class ResolvedReference:
    """A reference with its names resolved: `columns` of the extract match `target_columns`."""

    dimension: Extract
    columns: tuple[Column, ...]
    target_columns: tuple[Column, ...]
    key: str


class Feed(ContractModel):
    """A source and its extracts, sorted by name."""

    source: Source
    extracts: tuple[Extract, ...]

    @field_validator("extracts")
    @classmethod
    def _sort(cls, extracts: tuple[Extract, ...]) -> tuple[Extract, ...]:
        return tuple(sorted(extracts, key=lambda extract: extract.extract))

    @model_validator(mode="after")
    def _mark_tenant(self) -> Self:
        for extract in self.extracts:
            for column in extract.columns:
                column._tenant = column.name in self.source.tenant
                column._source_format = self.source.formats.get(column.base_type)
        return self

    def extract(self, name: str) -> Extract:
        """Return the extract of this name; KeyError if there is none."""
        for extract in self.extracts:
            if extract.extract == name:
                return extract
        raise KeyError(f"{self.source.source} has no extract {name}")

    def tenant_columns(self, extract: Extract) -> tuple[Column, ...]:
        """Tenant columns of the extract, in the order of the source."""
        return tuple(extract.column(name) for name in self.source.tenant)

    def key_columns(self, extract: Extract) -> tuple[Column, ...]:
        """The full key: tenant columns, then the natural key."""
        return tuple(extract.column(name) for name in (*self.source.tenant, *extract.natural_key))

    def references(self, extract: Extract) -> tuple[ResolvedReference, ...]:
        """References of the extract with their dimension, columns and key name."""
        return tuple(self._resolve(extract, reference) for reference in extract.references)

    def _resolve(self, extract: Extract, reference: Reference) -> ResolvedReference:
        dimension = self.extract(reference.dimension)
        return ResolvedReference(
            dimension=dimension,
            columns=tuple(extract.column(name) for name in reference.columns),
            target_columns=tuple(dimension.column(name) for name in dimension.natural_key),
            key=reference.key or dimension.surrogate_key,
        )

    def ragged_rows(self, extract: Extract) -> RaggedRows:
        """The policy for ragged rows that applies to the extract."""
        return extract.ragged_rows or self.source.ragged_rows

    def thresholds(self, extract: Extract) -> Thresholds:
        """The thresholds that apply to the extract."""
        overrides = extract.thresholds.model_dump(exclude_none=True)
        return self.source.thresholds.model_copy(update=overrides)

    def load_order(self) -> tuple[Extract, ...]:
        """Extracts in load order: each after the dimensions that it refers to, else by name.

        A reference of a dimension to itself does not count. Raises ValueError on a cycle.
        """
        depths: dict[str, int] = {}
        for extract in self.extracts:
            self._depth(extract, depths, ())
        return tuple(sorted(self.extracts, key=lambda e: (depths[e.extract], e.extract)))

    def _depth(self, extract: Extract, depths: dict[str, int], trail: tuple[str, ...]) -> int:
        name = extract.extract
        if name in trail:
            raise ValueError("the references form a cycle: " + " → ".join((*trail, name)))
        if name not in depths:
            targets = {r.dimension for r in extract.references} - {name}
            depths[name] = 1 + max(
                (self._depth(self.extract(t), depths, (*trail, name)) for t in sorted(targets)),
                default=-1,
            )
        return depths[name]
