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
        """Return the name of a routine without its schema; it is also the routine's dollar tag."""
        return f"{kind}_{self.name}"

    @cached_property
    def thresholds(self) -> Thresholds:
        """The thresholds that apply to the extract."""
        return self.feed.thresholds(self.extract)

    @cached_property
    def domains(self) -> list[str]:
        """Domains whose unknown values are rejected, without repetition."""
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

    # Rules that every row must meet.

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules that every row must meet, in the order of the columns."""
        return [rule for column in self.columns for rule in rules_of(self, column)]

    def rules_hash(self, shape: FileShape) -> str:
        """Return the hash of all that can change a value or a verdict in a file of this shape."""
        return hash_of_rules(self, shape)

    @cached_property
    def conditions(self) -> list[str]:
        """The conditions that every row must meet."""
        return [rule.condition for rule in self.rules]

    @cached_property
    def unhashed_conditions(self) -> list[str]:
        """Conditions that a row with a known hash can still break: tenant, and unhashed columns."""
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
        """For each column with rules, the branches of the CASE that gives the first broken rule."""
        branches: dict[str, list[str]] = {}
        for rule in self.rules:
            branch = f"WHEN ({rule.condition}) IS FALSE THEN {literal(rule.reason)}"
            branches.setdefault(rule.column.name, []).append(branch)
        return [(self.extract.column(name), texts) for name, texts in branches.items()]

    def columns_of(self, alias: str) -> list[str]:
        """Return all columns of the file, qualified with an alias."""
        return [f"{alias}.{name}" for name in self.column_names]

    @cached_property
    def shapes(self) -> tuple[FileShape, ...]:
        """The shapes of the extract's files, oldest first."""
        return self.extract.file_shapes

    def row_values(self, shape: FileShape, alias: str) -> list[str]:
        """Return the columns of raw that files of a shape have, in the order of the file."""
        return [f"{alias}.{ident(column.name)}" for column in shape.columns]

    @cached_property
    def row_text_function(self) -> str:
        """Name of the function that joins the fields of a row."""
        return "etl.quoted_row" if self.source.dialect.quote else "pg_catalog.array_to_string"

    @cached_property
    def row_text_arguments(self) -> list[str]:
        """Its arguments after the fields: separator and text for NULL, or separators and quote."""
        dialect = self.source.dialect
        separator = literal(dialect.field_separator)
        if dialect.quote:
            return [separator, literal(dialect.row_separator), literal(dialect.quote)]
        return [separator, "''"]

    @cached_property
    def row_end(self) -> str:
        """The text after the last field of a row."""
        dialect = self.source.dialect
        return dialect.field_separator * dialect.trailing_separator + dialect.row_separator

    @cached_property
    def hashed_names(self) -> list[str]:
        """Columns of raw that the hash of a row covers."""
        return [ident(column.name) for column in self.hashed]

    @cached_property
    def typed_values(self) -> list[str]:
        """Expressions of all columns of raw with their types and names."""
        return [_named(self.typed(column), "r", ident(column.name)) for column in self.columns]

    def typed_key(self, alias: str) -> list[str]:
        """Return the typed key columns from the texts in an alias."""
        texts = ((f"{alias}.{ident(c.name)}", c) for c in self.key)
        return [text if c.type == "text" else f"{text}::{c.postgres_type}" for text, c in texts]

    @cached_property
    def tracked_names(self) -> list[str]:
        """Columns of stg whose change is a change of the row."""
        return [ident(column.name) for column in self.tracked]

    @cached_property
    def stg_values(self) -> list[str]:
        """All columns of stg except the key."""
        return [*(ident(c.name) for c in self.non_key), "row_hash", "absent_since", *LINEAGE]

    @cached_property
    def dedupe_values(self) -> list[str]:
        """The dedupe columns, typed."""
        return [self.typed(self.extract.column(name)) for name in self.extract.dedupe]

    def dedupe_list(self, item: str) -> str:
        """Return the item once for each dedupe column: {value} is its value, {n} its number."""
        values = enumerate(self.dedupe_values, 1)
        return "".join(item.format(value=value, n=number) for number, value in values)

    def key_texts(self, alias: str) -> list[str]:
        """Return the key columns of an alias as texts, as they are in raw."""
        names = (ident(column.name) for column in self.key)
        texts = (
            (key_text(c, f"{alias}.{name}"), name) for c, name in zip(self.key, names, strict=True)
        )
        return [_named(text, alias, name) for text, name in texts]

    @cached_property
    def dedupe_words(self) -> str:
        """Which of several rows of a key is taken, in words."""
        if not self.extract.dedupe:
            return "the last one"
        return f"the one with the greatest {', '.join(self.extract.dedupe)} (if equal, the last)"

    # core

    @cached_property
    def core_all(self) -> list[str]:
        """Key, surrogate keys, published columns and lineage."""
        return [*self.key_names, *self.core_columns, *LINEAGE]

    def core_all_of(self, alias: str) -> list[str]:
        """Return `core_all`, qualified with an alias."""
        return [f"{alias}.{name}" for name in self.core_all]

    def core_columns_of(self, alias: str) -> list[str]:
        """Return `core_columns`, qualified with an alias."""
        return [f"{alias}.{name}" for name in self.core_columns]

    def core_select(self, alias: str) -> list[str]:
        """Return the expressions of key, surrogate keys and published columns, with their names."""
        values = zip(self.core_columns, self.core_values(alias), strict=True)
        return [
            *(f"{alias}.{name}" for name in self.key_names),
            *(_named(value, alias, name) for name, value in values),
        ]

    def tenant_part(self, alias: str) -> str:
        """The part of the tenant in each surrogate key of a row; empty: there is no tenant."""
        columns = self.tenant if self.surrogates else ()
        return " || ".join(f"etl.key_part({alias}.{ident(column.name)})" for column in columns)

    @cached_property
    def fact_compared(self) -> list[str]:
        """Columns of a fact whose change is a change of the row."""
        return [*self.surrogates, *self.compared]

    @cached_property
    def fact_values(self) -> list[str]:
        """All columns of a fact except the key."""
        return [*self.core_columns, "deleted_at", *LINEAGE]

    @cached_property
    def dimension_sets(self) -> list[str]:
        """Columns that a newer state within a version replaces."""
        return [*self.core_columns, *LINEAGE]

    @cached_property
    def dimension_values(self) -> list[str]:
        """All columns of a version except key and start."""
        return [*self.core_columns, "effective_to", *LINEAGE]


def _named(value: str, alias: str, name: str) -> str:
    """Return an expression with its name, unless it is the column of that name."""
    return value if value == f"{alias}.{name}" else f"{value} AS {name}"
