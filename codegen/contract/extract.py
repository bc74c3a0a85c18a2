"""The model of `<extract>.yml`: columns, keys and references of one kind of file."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from codegen.contract.column import Column
from codegen.contract.file_shapes import FileShape, Interval, file_shapes, intervals_of
from codegen.contract.source import ContractModel, Name, RaggedRows


class Core(ContractModel):
    """Where the rows of an extract are published."""

    kind: Literal["dimension", "fact"] = Field(
        description="`dimension`: rows with history; `fact`: the newest row of each key."
    )
    table: Name = Field(
        max_length=63,
        description="Table in schema core.",
        examples=["dim_customers", "fact_orders"],
    )


class Reference(ContractModel):
    """A soft reference to a dimension of the same source: a key without a row there is no fault."""

    dimension: str = Field(description="Extract whose core table is the dimension.")
    columns: tuple[str, ...] = Field(
        description="Columns that hold the dimension's natural key, in its order.",
    )
    key: Name | None = Field(
        default=None,
        max_length=63,
        description="Name of the key column in core. Default: `<entity of the dimension>_key`.",
        examples=["recipient_key"],
    )


class ThresholdOverrides(ContractModel):
    """Thresholds that differ from those of the source."""

    reject_rate: float | None = Field(
        default=None, ge=0, le=1, strict=True, description="Default: as in `source.yml`."
    )
    mirror_close_share: float | None = Field(
        default=None, ge=0, le=1, strict=True, description="Default: as in `source.yml`."
    )


class Extract(ContractModel):
    """`<extract>.yml`: what one kind of file holds and where its rows go."""

    extract: Name = Field(description="Name of the extract, equal to the name of its file.")
    file_types: tuple[str, ...] = Field(
        min_length=1,
        description="Spellings of this extract in file names: letters, and `_` or `-` between"
        " them. Case does not matter.",
        examples=["Customers", "Customer"],
    )
    description: str = Field(
        min_length=1, description="What a row is; it becomes the comment of the tables."
    )
    entity: Name = Field(
        default="",
        validate_default=False,
        description="What one row is, in the singular: `<entity>_key` is the surrogate key."
        " Default: the extract's name without its plural ending.",
        examples=["order"],
    )
    natural_key: tuple[str, ...] = Field(
        description="Columns that identify a row of a tenant, without the tenant columns. An"
        " empty list: the tenant is the key.",
        examples=["order_id"],
    )
    core: Core = Field(description="Where the rows are published.")
    references: tuple[Reference, ...] = Field(
        default=(), description="Soft references to dimensions of the same source."
    )
    dedupe: tuple[str, ...] = Field(
        default=(),
        description="Columns that choose between several rows of one key in one file: the row"
        " with the greatest value is taken, then the last line.",
        examples=["changed_at"],
    )
    full_load: Literal["upsert", "mirror"] = Field(
        default="upsert",
        description="What a full file does with keys that it lacks. `upsert`: nothing. `mirror`:"
        " it closes them (dimension) or marks them as deleted (fact).",
    )
    ragged_rows: RaggedRows | None = Field(
        default=None, description="What happens to ragged rows. Default: as in `source.yml`."
    )
    every_batch: bool = Field(
        default=True,
        strict=True,
        description="Whether each batch of a tenant should have a file of this extract. A batch"
        " without one is reported, and held back if the flag `hold_incomplete_batches` is on.",
    )
    raw_key_index: bool = Field(
        default=True,
        strict=True,
        description="Whether raw has an index on the key columns: slower to load, faster to"
        " rebuild.",
    )
    thresholds: ThresholdOverrides = Field(
        default=ThresholdOverrides(), description="Overrides thresholds of the source."
    )
    allow: tuple[str, ...] = Field(
        default=(),
        description="What the next migration may destroy: `drop COLUMN` (its values), `unpublish"
        " COLUMN` (its values in core), `retype COLUMN` (values that the new type cannot hold),"
        " `rekey` (rows, for a new natural key), `republish` (the core table, for another kind or"
        " name). Later migrations ignore it.",
        examples=[["drop remark", "retype amount"]],
    )
    columns: tuple[Column, ...] = Field(
        min_length=1, description="All columns of the file, in the order of the file."
    )

    @model_validator(mode="before")
    @classmethod
    def _default_entity(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("extract"), str):
            return {"entity": singular(data["extract"]), **data}
        return data

    @model_validator(mode="after")
    def _mark_natural_key(self) -> Self:
        for column in self.columns:
            column._natural_key = column.name in self.natural_key
        return self

    @property
    def surrogate_key(self) -> str:
        """Name of the surrogate key: `<entity>_key`."""
        return f"{self.entity}_key"

    @property
    def file_type_keys(self) -> tuple[str, ...]:
        """Spellings in file names, in lower case, each once; file names are compared with them."""
        return tuple(dict.fromkeys(spelling.lower() for spelling in self.file_types))

    @property
    def is_dimension(self) -> bool:
        """Whether core keeps history for this extract."""
        return self.core.kind == "dimension"

    @property
    def is_mirror(self) -> bool:
        """Whether a full file closes the keys that are absent from it."""
        return self.full_load == "mirror"

    @property
    def distinct_columns(self) -> tuple[Column, ...]:
        """All columns, each once; for a column with several places, its first entry."""
        first: dict[str, Column] = {}
        for column in self.columns:
            first.setdefault(column.name, column)
        return tuple(first.values())

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, each once."""
        return tuple(column.name for column in self.distinct_columns)

    @property
    def file_shapes(self) -> tuple[FileShape, ...]:
        """The shapes of its files, oldest first; usually there is one."""
        return file_shapes(self.columns)

    def shape_at(self, time: str | None) -> FileShape:
        """Return the shape of files of a DateExtracted: YYYY-MM-DD HH:MM:SS; None: the first."""
        return next(shape for shape in self.file_shapes if shape.interval.holds(time))

    def intervals(self, name: str) -> tuple[Interval, ...]:
        """Return when files have the column of this name; without `since` and `until`, always."""
        return intervals_of(self.columns, name)

    def column(self, name: str) -> Column:
        """Return the column of this name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.extract} has no column {name}")


def singular(name: str) -> str:
    """Return a name without its plural ending: deliveries → delivery, orders → order."""
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
