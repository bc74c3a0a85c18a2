"""The model of `<extract>.yml`: columns, keys and references of one kind of file."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from codegen.column_types import numeric_limits
from codegen.source import ContractModel, Name, RaggedRows

Pii = Literal["drop", "pseudonymise", "keep"]


class Column(ContractModel):
    """One column of a file, in the order of the file."""

    name: Name = Field(max_length=63, description="Name in the database, snake_case.")
    source: str = Field(
        min_length=1, description="Heading as the source spells it; need not be unique."
    )
    type: str = Field(description="Type in stg and core, with one text format (see Types).")
    format: str | None = Field(
        default=None,
        description="Text format, where it is not the one that the type documents (see Types). Not"
        " for columns of the key.",
        examples=["DD/MM/YYYY", "Y/N"],
    )
    required: bool = Field(
        default=False,
        strict=True,
        description="Whether an empty field rejects the row. Natural-key and tenant columns are"
        " required whatever this says.",
    )
    domain: str | None = Field(
        default=None,
        description="Domain of `source.yml` that holds the values of this text column.",
    )
    check: str | None = Field(
        default=None,
        description="SQL condition over columns of the same row; a row for which it is false is"
        " rejected. No subqueries and nothing that depends on the time of day.",
        examples=["items BETWEEN 1 AND 1000"],
    )
    tracked: Literal["history", "latest", False] = Field(
        default="history",
        description="In a dimension: `history`, a change opens a version; `latest`, a version"
        " shows the newest value inside its period; `false`, a change alone changes nothing. In a"
        " fact history and latest mean the same.",
    )
    pii: Pii | None = Field(
        default=None,
        description="What core receives: nothing (`drop`), a pseudonym (`pseudonymise`, text"
        " only) or the value (`keep`). Default: `drop` for text, `keep` for other types and for"
        " tenant, natural-key and domain columns.",
    )
    description: str = Field(
        default="", description="What the column says; becomes its comment in the database."
    )
    unit: str | None = Field(
        default=None, description="Unit of the values.", examples=["minutes", "EUR"]
    )
    renamed_from: str | None = Field(
        default=None,
        description="Former name of the column: the next migration renames instead of refusing"
        " to drop.",
    )

    _tenant: bool = PrivateAttr(default=False)
    _natural_key: bool = PrivateAttr(default=False)
    _source_format: str | None = PrivateAttr(default=None)

    @property
    def is_tenant(self) -> bool:
        """Whether the column is one of the source's tenant columns."""
        return self._tenant

    @property
    def is_key(self) -> bool:
        """Whether the column belongs to the full key: tenant columns, then the natural key."""
        return self._tenant or self._natural_key

    @property
    def is_required(self) -> bool:
        """Whether an empty field rejects the row; true for every key column."""
        return self.required or self.is_key

    @property
    def text_format(self) -> str | None:
        """The text format, its own or the source's; None: the one that the type documents."""
        return self.format or self._source_format

    @property
    def base_type(self) -> str:
        """The type without precision: `numeric` for `numeric(12,2)`."""
        return self.type.partition("(")[0]

    @property
    def precision(self) -> int | None:
        """Digits of `numeric(p,s)`; None for every other type."""
        limits = numeric_limits(self.type)
        return limits[0] if limits else None

    @property
    def scale(self) -> int | None:
        """Decimals of `numeric(p,s)`; None for every other type."""
        limits = numeric_limits(self.type)
        return limits[1] if limits else None

    @property
    def postgres_type(self) -> str:
        """The type as PostgreSQL writes it: `text`, `bigint`, `numeric(12,2)`."""
        limits = numeric_limits(self.type)
        return f"numeric({limits[0]},{limits[1]})" if limits else self.type

    @property
    def core_pii(self) -> Pii:
        """What core receives, the default resolved."""
        if self.pii is not None:
            return self.pii
        free_text = self.type == "text" and not self.is_key and self.domain is None
        return "drop" if free_text else "keep"

    @property
    def in_core(self) -> bool:
        """Whether core has the column at all."""
        return self.core_pii != "drop"

    @property
    def is_pseudonymised(self) -> bool:
        """Whether core has a pseudonym instead of the value."""
        return self.core_pii == "pseudonymise"


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
    """A soft reference to a dimension of the same source: orphans are measured, not forbidden."""

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
        description="Spellings of this extract in file names, in any case, letters only.",
        examples=["Customers", "Customer"],
    )
    description: str = Field(
        min_length=1, description="What a row is; becomes the comment of the tables."
    )
    entity: Name = Field(
        default="",
        validate_default=False,
        description="What one row is, in the singular: `<entity>_key` is the surrogate key."
        " Default: the extract's name without its plural ending.",
        examples=["order"],
    )
    natural_key: tuple[str, ...] = Field(
        description="Columns that tell the rows of a tenant apart, without the tenant columns."
        " An empty list: the tenant is the key.",
        examples=["order_id"],
    )
    core: Core = Field(description="Where the rows are published.")
    references: tuple[Reference, ...] = Field(
        default=(), description="Soft references to dimensions of the same source."
    )
    dedupe: tuple[str, ...] = Field(
        default=(),
        description="Columns that choose between several rows of one key in one file: the"
        " greatest wins, then the last line.",
        examples=["changed_at"],
    )
    full_load: Literal["upsert", "mirror"] = Field(
        default="upsert",
        description="What a full file means for the keys that are absent from it: `upsert`"
        " nothing; `mirror` they are closed (dimension) or marked deleted (fact).",
    )
    ragged_rows: RaggedRows | None = Field(
        default=None, description="What happens to ragged rows. Default: as in `source.yml`."
    )
    every_batch: bool = Field(
        default=True,
        strict=True,
        description="Whether each batch of a tenant should hold a file of it. Then a batch without"
        " one is reported, and held back if the flag `hold_incomplete_batches` is on.",
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
    columns: tuple[Column, ...] = Field(
        min_length=1, description="All columns of the file, in its order."
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
        """Spellings in file names in lower case, each once: what names are compared with."""
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
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, in the order of the file."""
        return tuple(column.name for column in self.columns)

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
