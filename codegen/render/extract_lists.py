"""The lists of names and expressions that the templates spread over lines."""

from __future__ import annotations

import re
from functools import cached_property

from codegen.contract.file_shapes import FileShape
from codegen.contract.model import Column, Thresholds
from codegen.render.extract_sql import LINEAGE, ExtractSql
from codegen.render.rules import Rule, hash_of_rules, rules_of
from codegen.render.sqltext import ident, literal
from codegen.render.values import key_text


class ExtractLists(ExtractSql):
    """`ExtractSql` with its columns as lists of SQL text; this is the `x` of the templates."""

    def routine(self, kind: str) -> str:
        """Return the name of a routine without its schema: its dollar tag."""
        return f"{kind}_{self.name}"

    @cached_property
    def thresholds(self) -> Thresholds:
        """The thresholds in force."""
        return self.feed.thresholds(self.extract)

    @cached_property
    def domains(self) -> list[str]:
        """Domains whose unknown values are rejected, each once."""
        names = dict.fromkeys(c.domain for c in self.columns if c.domain is not None)
        return [name for name in names if self.source.domains[name].unknown == "reject"]

    @cached_property
    def passing(self) -> list[Column]:
        """Columns whose values outside their domain pass, with a warning."""
        return [
            column
            for column in self.columns
            if column.domain is not None and self.source.domains[column.domain].unknown == "pass"
        ]

    # What must hold of a row.

    @cached_property
    def rules(self) -> list[Rule]:
        """Everything that must hold of a row, in the order of its columns."""
        return [rule for column in self.columns for rule in rules_of(self, column)]

    def rules_hash(self, shape: FileShape) -> str:
        """Return the hash of all that can change a value or a verdict in a file of this shape."""
        return hash_of_rules(self, shape)

    @cached_property
    def conditions(self) -> list[str]:
        """Everything that must hold of a row."""
        return [rule.condition for rule in self.rules]

    @cached_property
    def unhashed_conditions(self) -> list[str]:
        """What a row can break though its hash is known: tenant, and columns outside the hash."""
        outside = [
            rf"\br\.{re.escape(ident(column.name))}(?!\w)"
            for column in self.columns
            if column not in self.hashed
        ]
        return [
            rule.condition
            for rule in self.rules
            if rule.column.is_tenant or any(re.search(one, rule.condition) for one in outside)
        ]

    @cached_property
    def reasons(self) -> list[tuple[Column, list[str]]]:
        """Per column with rules the branches of the CASE that names the first one broken."""
        branches: dict[str, list[str]] = {}
        for rule in self.rules:
            branch = f"WHEN ({rule.condition}) IS FALSE THEN {literal(rule.reason)}"
            branches.setdefault(rule.column.name, []).append(branch)
        return [(self.extract.column(name), texts) for name, texts in branches.items()]

    def columns_of(self, alias: str) -> list[str]:
        """Return all columns of the file, of an alias."""
        return [f"{alias}.{name}" for name in self.column_names]

    @cached_property
    def shapes(self) -> tuple[FileShape, ...]:
        """The shapes that its files have had, oldest first."""
        return self.extract.file_shapes

    def row_values(self, shape: FileShape, alias: str) -> list[str]:
        """Return the columns of raw that files of a shape have, in their order."""
        return [f"{alias}.{ident(column.name)}" for column in shape.columns]

    @cached_property
    def row_text_function(self) -> str:
        """Name of the function that puts the fields of a row together again."""
        return "etl.quoted_row" if self.source.dialect.quote else "pg_catalog.array_to_string"

    @cached_property
    def row_text_arguments(self) -> list[str]:
        """What it takes after the fields: separator, and what stands for NULL; or the quote."""
        dialect = self.source.dialect
        separator = literal(dialect.field_separator)
        if dialect.quote:
            return [separator, literal(dialect.row_separator), literal(dialect.quote)]
        return [separator, "''"]

    @cached_property
    def row_end(self) -> str:
        """What follows the last field of a row."""
        dialect = self.source.dialect
        return dialect.field_separator * dialect.trailing_separator + dialect.row_separator

    @cached_property
    def hashed_names(self) -> list[str]:
        """Columns of raw that the hash of a row covers."""
        return [ident(column.name) for column in self.hashed]

    @cached_property
    def typed_values(self) -> list[str]:
        """All columns of raw, typed and named."""
        return [_named(self.typed(column), "r", ident(column.name)) for column in self.columns]

    def typed_key(self, alias: str) -> list[str]:
        """Return the key, typed, from the texts of an alias."""
        texts = ((f"{alias}.{ident(c.name)}", c) for c in self.key)
        return [text if c.type == "text" else f"{text}::{c.postgres_type}" for text, c in texts]

    @cached_property
    def tracked_names(self) -> list[str]:
        """Columns of stg whose change is a change of the row."""
        return [ident(column.name) for column in self.tracked]

    @cached_property
    def stg_values(self) -> list[str]:
        """Everything in a row of stg but the key."""
        return [*(ident(c.name) for c in self.non_key), "row_hash", "absent_since", *LINEAGE]

    @cached_property
    def dedupe_values(self) -> list[str]:
        """The dedupe columns, typed."""
        return [self.typed(self.extract.column(name)) for name in self.extract.dedupe]

    def dedupe_list(self, item: str) -> str:
        """Return the item once per dedupe column, with {value} its value and {n} its number."""
        values = enumerate(self.dedupe_values, 1)
        return "".join(item.format(value=value, n=number) for number, value in values)

    def key_texts(self, alias: str) -> list[str]:
        """Return the key columns of an alias as the texts that raw has."""
        names = (ident(column.name) for column in self.key)
        texts = (
            (key_text(c, f"{alias}.{name}"), name) for c, name in zip(self.key, names, strict=True)
        )
        return [_named(text, alias, name) for text, name in texts]

    @cached_property
    def dedupe_words(self) -> str:
        """Which row of several counts, in words."""
        if not self.extract.dedupe:
            return "the last one"
        return f"the one with the greatest {', '.join(self.extract.dedupe)}, then the last one"

    # core

    @cached_property
    def core_all(self) -> list[str]:
        """Key, surrogate keys, published columns and lineage."""
        return [*self.key_names, *self.core_columns, *LINEAGE]

    def core_all_of(self, alias: str) -> list[str]:
        """Return `core_all`, of an alias."""
        return [f"{alias}.{name}" for name in self.core_all]

    def core_columns_of(self, alias: str) -> list[str]:
        """Return `core_columns`, of an alias."""
        return [f"{alias}.{name}" for name in self.core_columns]

    def core_select(self, alias: str) -> list[str]:
        """Return the expressions of key, surrogate keys and published columns, named."""
        values = zip(self.core_columns, self.core_values(alias), strict=True)
        return [
            *(f"{alias}.{name}" for name in self.key_names),
            *(_named(value, alias, name) for name, value in values),
        ]

    def tenant_part(self, alias: str) -> str:
        """What the tenant adds to each surrogate key of a row; empty: nothing."""
        columns = self.tenant if self.surrogates else ()
        return " || ".join(f"etl.key_part({alias}.{ident(column.name)})" for column in columns)

    @cached_property
    def fact_compared(self) -> list[str]:
        """Columns of a fact whose change is a change of the row."""
        return [*self.surrogates, *self.compared]

    @cached_property
    def fact_values(self) -> list[str]:
        """Everything in a row of a fact but the key."""
        return [*self.core_columns, "deleted_at", *LINEAGE]

    @cached_property
    def dimension_sets(self) -> list[str]:
        """What a newer state inside a version replaces."""
        return [*self.core_columns, *LINEAGE]

    @cached_property
    def dimension_values(self) -> list[str]:
        """Everything in a version but key and start."""
        return [*self.core_columns, "effective_to", *LINEAGE]


def _named(value: str, alias: str, name: str) -> str:
    """Return an expression with its name, which the column of that name has already."""
    return value if value == f"{alias}.{name}" else f"{value} AS {name}"
