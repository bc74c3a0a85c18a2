"""The model of `source.yml`: what all extracts of one source have in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
RaggedRows = Literal["reject", "fail"]


class ContractModel(BaseModel):
    """Base of all parts of a contract: frozen; unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceDialect(ContractModel):
    """How a delimited file is divided into rows and fields.

    Quotes follow RFC 4180: they enclose a whole field, and a quote inside the field is doubled.
    """

    field_separator: str = Field(
        description="Delimiter between two fields: one or more characters.", examples=["|^^|"]
    )
    row_separator: str = Field(
        description="Delimiter after each row, also after the last one: one or more characters.",
        examples=["|~~|"],
    )
    encoding: Literal["auto", "utf-8", "utf-16le", "utf-16be", "latin-1"] = Field(
        default="auto",
        description="Encoding of the files. `auto`: a byte order mark decides; without one, zero"
        " bytes mean UTF-16; otherwise UTF-8.",
    )
    header: bool = Field(
        default=False, strict=True, description="Whether the first row of a file is a header."
    )
    quote: Literal['"', "'"] | None = Field(
        default=None,
        description="Character that may enclose a field, so that the field can hold separators"
        " and line ends. Without this key quotes are text. A quote that does not begin its field"
        " is text; a row with text after the closing quote of a field is bad.",
        examples=['"'],
    )
    trailing_separator: bool = Field(
        default=False,
        strict=True,
        description="Whether each row also has a field separator after its last field.",
    )
    open_end: bool = Field(
        default=False,
        strict=True,
        description="Whether the last row may end without a row separator. Then a file that"
        " breaks off inside its last field is not noticed.",
    )


class FileNames(ContractModel):
    r"""How a file name (the part of the key after the last `/` or `\`) is parsed."""

    patterns: tuple[str, ...] = Field(
        min_length=1,
        description="Patterns of file names; the first one that matches is used. Placeholders:"
        " `{<tenant column>:N}` exactly N digits; `{file_type}` letters, and `_` or `-` between"
        " them; `{date_from:FORMAT}`, `{date_to:FORMAT}` and `{date_extracted:FORMAT}` with a"
        " FORMAT made of YYYY YY MM DD HH24 MI SS; `{kind}` the word full or delta. Each pattern"
        " has date_extracted, file_type and every tenant column exactly once.",
        examples=["{branch_id:3}_{file_type}_{date_extracted:YYMMDDHH24MI}"],
    )
    endings: tuple[str, ...] = Field(
        default=("",),
        min_length=1,
        description='What may follow the pattern, in any case (`""`: nothing); `.gz` and `.zst`'
        " may follow each.",
        examples=["", ".csv"],
    )


class Thresholds(ContractModel):
    """Shares between 0 and 1 above which a file fails or is held."""

    reject_rate: float = Field(
        default=0.05,
        ge=0,
        le=1,
        strict=True,
        description="Share of rejected rows above which the file fails.",
    )
    mirror_close_share: float = Field(
        default=0.2,
        ge=0,
        le=1,
        strict=True,
        description="Share of a tenant's present keys that a mirror may close; above it the"
        " mirror is held.",
    )


class Domain(ContractModel):
    """A closed list of values, and the value that each becomes in core."""

    description: str = Field(default="", description="Meaning of the values, in one sentence.")
    unknown: Literal["reject", "pass"] = Field(
        default="reject",
        description="What happens to a value outside the list: `reject` the row, or `pass` the"
        " value on with a warning.",
    )
    values: dict[str, str] = Field(
        description="Value in the file (compared trimmed, case does not matter) → value in core.",
        examples=[{"Open": "open", "Sent, not paid": "sent"}],
    )


class Source(ContractModel):
    """`source.yml`: name, dialect, time zone, tenant and defaults of one source."""

    source: Name = Field(description="Name of the source, equal to the name of its folder.")
    title: str = Field(min_length=1, description="Name for people.", examples=["Web shop"])
    description: str = Field(default="", description="What the source is, in a sentence or two.")
    format: Literal["delimited"] = Field(
        default="delimited", description="Format of the files; `delimited` is the only one today."
    )
    dialect: SourceDialect = Field(description="How files are divided into rows and fields.")
    timezone: str = Field(
        description="Time zone (IANA name) of local times in file names and fields.",
        examples=["Europe/Berlin"],
    )
    tenant: tuple[Name, ...] = Field(
        default=(),
        description="Columns that identify the tenant: first in every key, of type text, in every"
        " extract. An empty list: the source has one tenant.",
        examples=["branch_id"],
    )
    tenants: tuple[dict[str, str], ...] = Field(
        default=(),
        description="Tenants known from the start: a value for each tenant column, in quotes, and"
        " a `name`. Files of other tenants are held until the tenant is added.",
        examples=[{"branch_id": "001", "name": "Example branch"}],
    )
    file_names: FileNames = Field(description="How file names are parsed.")
    full_before: str | None = Field(
        default=None,
        description="A file whose DateFrom is before this date or local time is certainly a full"
        " file. null: the date never makes it certain.",
        examples=["2015-01-01"],
    )
    ragged_rows: RaggedRows = Field(
        default="reject",
        description="What happens to a row with the wrong number of fields, a NUL, an undecodable"
        " byte or text after a quoted field: `reject` the row or `fail` the file. A file in which"
        " hardly any row has the right number of fields always fails as drift. Extracts can"
        " override this key.",
    )
    null_dates: tuple[str, ...] = Field(
        default=(),
        description="Dates (YYYY-MM-DD) that mean unknown; they become NULL.",
        examples=["1900-01-01"],
    )
    formats: dict[str, str] = Field(
        default={},
        description="Text formats by type, for all columns of the source without a `format:` of"
        " their own (see Types).",
        examples=[{"date": "DD/MM/YYYY", "boolean": "Y/N"}],
    )
    thresholds: Thresholds = Field(
        default=Thresholds(), description="Shares above which a file fails or is held."
    )
    domains: dict[Name, Domain] = Field(
        default={}, description="Closed value lists by name; columns refer to them."
    )
    allow: tuple[str, ...] = Field(
        default=(),
        description="What the next migration may destroy: `drop EXTRACT`, everything of an"
        " extract whose contract was removed. Later migrations ignore it.",
        examples=[["drop orders"]],
    )
