"""The model of one column of a contract."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PrivateAttr

from codegen.contract.column_types import numeric_limits
from codegen.contract.source import ContractModel, Name

Pii = Literal["drop", "pseudonymise", "keep"]


class Column(ContractModel):
    """One column of a file, in the order of the file.

    With `since` and `until` files of several shapes load side by side: outside its interval a
    column is NULL, and `required` and `check` do not apply. A column that moved, or whose heading
    changed, has one entry for each place; the entries differ only in `source`, `since` and `until`.
    """

    name: Name = Field(max_length=63, description="Name in the database, snake_case.")
    source: str = Field(
        min_length=1, description="Heading as the source spells it; it need not be unique."
    )
    type: str = Field(description="Type in stg and core, with one text format (see Types).")
    format: str | None = Field(
        default=None,
        description="Text format, if it is not the documented one of the type (see Types). Key"
        " columns cannot have one.",
        examples=["DD/MM/YYYY", "Y/N"],
    )
    required: bool = Field(
        default=False,
        strict=True,
        description="Whether an empty field rejects the row. Columns of the natural key and of"
        " the tenant are always required.",
    )
    domain: str | None = Field(
        default=None,
        description="Domain of `source.yml` with the values of this text column.",
    )
    check: str | None = Field(
        default=None,
        description="SQL condition over columns of the same row; a row for which it is false is"
        " rejected. Subqueries and functions that depend on the clock are not allowed.",
        examples=["items BETWEEN 1 AND 1000"],
    )
    tracked: Literal["history", "latest", False] = Field(
        default="history",
        description="In a dimension: `history`: a change opens a version; `latest`: a version"
        " shows the newest value inside its period; `false`: a change of this column alone"
        " changes nothing. In a fact `history` and `latest` mean the same.",
    )
    pii: Pii | None = Field(
        default=None,
        description="What core gets: nothing (`drop`), a pseudonym (`pseudonymise`, text only) or"
        " the value (`keep`). Default: `drop` for text; `keep` for other types, and for columns"
        " of the tenant, the natural key or a domain.",
    )
    description: str = Field(
        default="", description="Meaning of the column; it becomes the comment in the database."
    )
    unit: str | None = Field(
        default=None, description="Unit of the values.", examples=["minutes", "EUR"]
    )
    since: str | None = Field(
        default=None,
        description="First DateExtracted (date or local time of the source) whose files have the"
        " column here. null: all files from the first one on.",
        examples=["2025-11-01"],
    )
    until: str | None = Field(
        default=None,
        description="First DateExtracted whose files no longer have the column here. null: files"
        " still have it.",
        examples=["2025-11-01 03:00"],
    )
    renamed_from: str | None = Field(
        default=None,
        description="Former name of the column: the next migration renames it instead of refusing"
        " to drop it.",
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
        """Whether the column is in the full key: tenant columns, then the natural key."""
        return self._tenant or self._natural_key

    @property
    def is_required(self) -> bool:
        """Whether an empty field rejects the row; true for every key column."""
        return self.required or self.is_key

    @property
    def text_format(self) -> str | None:
        """The text format of the column, or else of the source; None: the documented one."""
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
        """What core gets: `drop`, `pseudonymise` or `keep`, with the default applied."""
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
