"""The rules that a row must meet, column by column, and the hash of all rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from codegen.contract.file_shapes import FileShape, Interval
from codegen.contract.model import Column
from codegen.render.extract_sql import ExtractSql
from codegen.render.sqltext import ident, instant, substitute
from codegen.render.values import is_there, is_typed


@dataclass(frozen=True)
class Rule:
    """A rule for one column: the condition (NULL counts as met), and the reason if it is broken."""

    column: Column
    condition: str
    reason: str


def rules_of(x: ExtractSql, column: Column) -> Iterator[Rule]:
    """Yield the rules for one column of a row of raw (alias r)."""
    text = f"r.{ident(column.name)}"
    if column.is_tenant:
        place = x.source.tenant.index(column.name) + 1
        condition = f"{text} IS NOT DISTINCT FROM v_file.tenant[{place}]"
        yield Rule(column, condition, "is not the tenant in the name of the file")
        return
    if column.is_required:
        condition = _inside(x, column, is_there(column, x.source))
        yield Rule(column, condition, "is required and empty")
    if column.type != "text":
        yield Rule(column, *is_typed(column, x.source))
    if column.is_key and column.type in ("date", "uuid"):
        condition = f"({text} IS NULL OR {x.key_value(column)} IS NOT NULL)"
        yield Rule(column, condition, "is not the one text that a key has for its value")
    if column.domain is not None and x.source.domains[column.domain].unknown == "reject":
        condition = f"lower(btrim({text})) = ANY ({x.domain_variable(column)})"
        yield Rule(column, condition, f"is not in domain {column.domain}")
    if column.check is not None:
        condition = _inside(x, column, _check(x, column.check))
        yield Rule(column, condition, f"does not meet: {column.check}")


def hash_of_rules(x: ExtractSql, shape: FileShape) -> str:
    """Return the hash of all that can change a value or a verdict in a file of this shape."""
    rules = {
        "key": [column.name for column in x.key],
        "dedupe": x.extract.dedupe,
        "core": [x.extract.core.kind, x.extract.core.table, x.extract.surrogate_key],
        "references": [
            [r.dimension.extract, [c.name for c in r.columns], r.key] for r in x.references
        ],
        "zone": x.source.timezone,
        "null_dates": x.source.null_dates,
        "columns": [
            [
                c.name,
                c.postgres_type,
                c.text_format,
                c.is_required,
                c.domain,
                c.check,
                c.tracked,
                c.core_pii,
            ]
            for c in shape.columns
        ],
        "unknown": {
            c.domain: x.source.domains[c.domain].unknown
            for c in shape.columns
            if c.domain is not None
        },
    }
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()


def _inside(x: ExtractSql, column: Column, condition: str) -> str:
    """Return a condition that applies only to files that have the column."""
    if x.is_always_there(column):
        return condition
    zone = x.source.timezone
    outside = " AND ".join(_outside(one, zone) for one in x.extract.intervals(column.name))
    return f"({outside} OR {condition})"


def _check(x: ExtractSql, condition: str) -> str:
    """Return a check over raw columns; it counts as met if a text is not of its column's type."""
    values: dict[str, str] = {}
    are_typed: list[str] = []
    for column in x.columns:
        if substitute(condition, {column.name: ""}) != condition:
            values[column.name] = x.typed(column)
            if column.type != "text":
                are_typed.append(is_typed(column, x.source)[0])
    checked = f"({substitute(condition, values)})"
    return f"CASE WHEN {' AND '.join(are_typed)} THEN {checked} END" if are_typed else checked


def _outside(interval: Interval, zone: str) -> str:
    """Return the condition that the file being processed lies outside an interval."""
    ends = []
    if interval.since is not None:
        ends.append(f"v_file.date_extracted < {instant(interval.since, zone)}")
    if interval.until is not None:
        ends.append(f"v_file.date_extracted >= {instant(interval.until, zone)}")
    return ends[0] if len(ends) == 1 else f"({' OR '.join(ends)})"
