"""The expressions of one extract that the templates use, built from its columns."""

from __future__ import annotations

from functools import cached_property

from codegen.contract.file_shapes import Interval
from codegen.contract.model import Column, Extract, Feed, ResolvedReference
from codegen.render.sqltext import ident, literal
from codegen.render.values import key_text, typed_value

LINEAGE = ("load_run_file_id", "load_run_id", "date_extracted")


class ExtractSql:
    """An extract as the templates need it. Alias r is raw, s is stg, o an observation."""

    def __init__(self, feed: Feed, extract: Extract, contract: str) -> None:
        """Take the extract of a feed; `contract` is the file it came from, for the headings."""
        self.feed = feed
        self.source = feed.source
        self.extract = extract
        self.contract = contract
        self.name = extract.extract
        self.columns = extract.distinct_columns
        self.key = feed.key_columns(extract)
        self.tenant = feed.tenant_columns(extract)
        self.natural_key = tuple(extract.column(name) for name in extract.natural_key)

    # Names of the extract's objects.

    @property
    def raw(self) -> str:
        """Table of delivered rows."""
        return f"raw.{ident(self.name + '_raw')}"

    @property
    def stg(self) -> str:
        """Table of the newest valid states."""
        return f"stg.{ident(self.name)}"

    @property
    def core(self) -> str:
        """Published table."""
        return f"core.{ident(self.extract.core.table)}"

    def etl(self, kind: str) -> str:
        """Return the name of one of its objects in etl, such as `etl.touched_<extract>`."""
        return f"etl.{ident(f'{kind}_{self.name}')}"

    def column_type(self, column: Column) -> str:
        """Return type and collation in stg: keys compare bytes, so they sort alike everywhere."""
        is_byte_key = column.is_key and column.type == "text"
        return 'text COLLATE "C"' if is_byte_key else column.postgres_type

    def raw_type(self, column: Column) -> str:
        """Return type and collation in raw, where everything is text."""
        return 'text COLLATE "C"' if column.is_key else "text"

    def core_type(self, column: Column) -> str:
        """Return the type in core of a column that is not key."""
        return "text" if column.is_pseudonymised else column.postgres_type

    def describe(self, column: Column) -> str:
        """Return the comment of a column: its meaning, and its unit if it has one."""
        unit = f" Unit: {column.unit}." if column.unit else ""
        return (column.description or f"{column.source} as delivered.") + unit

    def describe_core(self, column: Column) -> str:
        """Return the comment of a column of core; it adds what core has instead of the value."""
        if column.is_pseudonymised:
            return f"{self.describe(column)} A pseudonym: HMAC-SHA-256, in hex."
        if column.domain is not None:
            return f"{self.describe(column)} Mapped through domain {column.domain}."
        return self.describe(column)

    @property
    def references(self) -> tuple[ResolvedReference, ...]:
        """Its references, with their names resolved."""
        return self.feed.references(self.extract)

    # Columns by what happens to them.

    @cached_property
    def column_names(self) -> list[str]:
        """All columns of the file, quoted."""
        return [ident(column.name) for column in self.columns]

    @cached_property
    def raw_key_names(self) -> list[str]:
        """Columns of raw by which a key is found: the natural key; the tenant, if it is the key."""
        return [ident(column.name) for column in self.natural_key or self.tenant]

    def is_always_there(self, column: Column) -> bool:
        """Whether files of every DateExtracted have the column."""
        return self.extract.intervals(column.name) == (Interval(),)

    def is_not_null(self, column: Column) -> bool:
        """Whether no row of stg lacks a value of the column."""
        return column.is_required and self.is_always_there(column)

    @cached_property
    def checks(self) -> list[Column]:
        """Columns with a condition that every row of stg meets."""
        return [c for c in self.columns if c.check is not None and self.is_always_there(c)]

    @cached_property
    def key_names(self) -> list[str]:
        """The full key, quoted."""
        return [ident(column.name) for column in self.key]

    @cached_property
    def non_key(self) -> list[Column]:
        """Columns of stg that are not key."""
        return [column for column in self.columns if not column.is_key]

    @cached_property
    def tracked(self) -> list[Column]:
        """Columns of stg whose change is a change of the row."""
        return [column for column in self.non_key if column.tracked is not False]

    @cached_property
    def hashed(self) -> list[Column]:
        """Columns that the hash of a row covers."""
        return [column for column in self.columns if column.is_key or column.tracked is not False]

    @cached_property
    def published(self) -> list[Column]:
        """Columns of core that are not key."""
        return [column for column in self.non_key if column.in_core]

    def published_by(self, *tracked: str) -> list[str]:
        """Names of core columns with this value of `tracked`."""
        return [ident(c.name) for c in self.published if c.tracked in tracked]

    @cached_property
    def history(self) -> list[str]:
        """Names of core columns whose change opens a version."""
        return self.published_by("history")

    @cached_property
    def latest(self) -> list[str]:
        """Names of core columns that show the newest value inside a version."""
        return self.published_by("latest")

    @cached_property
    def compared(self) -> list[str]:
        """Names of core columns whose change is a change of the core row."""
        return self.published_by("history", "latest")

    @cached_property
    def core_columns(self) -> list[str]:
        """Names of all core columns besides key, periods and lineage: surrogate keys first."""
        return [*self.surrogates, *(ident(column.name) for column in self.published)]

    @cached_property
    def surrogates(self) -> list[str]:
        """Names of the surrogate keys in core: a dimension's own, then those of its references."""
        own = [self.extract.surrogate_key] if self.extract.is_dimension else []
        return [ident(name) for name in (*own, *(r.key for r in self.references))]

    @cached_property
    def pseudonymised(self) -> list[Column]:
        """Columns that core has as pseudonyms."""
        return [column for column in self.published if column.is_pseudonymised]

    @cached_property
    def mapped(self) -> list[Column]:
        """Columns that a domain maps in core."""
        return [column for column in self.published if column.domain is not None]

    # Expressions.

    def typed(self, column: Column) -> str:
        """Return the typed value of a raw column; the text is known to be of the type."""
        return typed_value(column, self.source)

    def key_value(self, column: Column, alias: str = "r") -> str:
        """Return the value of a key column of raw, NULL unless its text is canonical."""
        text = f"{alias}.{ident(column.name)}"
        return text if column.type == "text" else f"etl.key_{column.base_type}({text})"

    def surrogate(self, extract: Extract, columns: tuple[Column, ...], alias: str) -> str:
        """Return the surrogate key of a dimension's row: extract, tenant and natural key.

        The parts of the tenant are the same for all keys of a row: alias tenant.
        """
        parts = [f"etl.key_part({literal(extract.extract)})"]
        if self.tenant:
            parts.append("tenant.key_part")
        for column in columns:
            text = key_text(column, f"{alias}.{ident(column.name)}")
            parts.append(f"etl.key_part({text})")
        return f"etl.surrogate_key({' || '.join(parts)})"

    def core_values(self, alias: str) -> list[str]:
        """Return the expressions of `core_columns` over a typed row."""
        keyed = [(r.dimension, r.columns) for r in self.references]
        if self.extract.is_dimension:
            keyed.insert(0, (self.extract, self.natural_key))
        return [
            *(self.surrogate(of, columns, alias) for of, columns in keyed),
            *(self._core_value(column, alias) for column in self.published),
        ]

    def _core_value(self, column: Column, alias: str) -> str:
        value = f"{alias}.{ident(column.name)}"
        if column.is_pseudonymised:
            return f"etl.pseudonym({value}, pads.inner_pad, pads.outer_pad)"
        if column.domain is not None:
            mapped = f"{self.domain_alias(column)}.core_value"
            if self.source.domains[column.domain].unknown == "pass":
                return f"coalesce({mapped}, {value})"
            return mapped
        return value

    def domain_alias(self, column: Column) -> str:
        """Return the alias under which the domain of a column is joined."""
        return ident(f"{column.name}_domain")

    def domain_variable(self, column: Column) -> str:
        """Return the variable that holds the values of a column's domain."""
        return f"v_{column.domain}_values"
