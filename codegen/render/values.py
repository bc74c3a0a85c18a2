"""The text of a raw column (alias r) as a value, and the conditions for the cast."""

from __future__ import annotations

from codegen.contract.model import Column, Source
from codegen.contract.text_formats import boolean_texts
from codegen.render.format_sql import FormatSql, format_sql
from codegen.render.sqltext import ident, literal


def typed_value(column: Column, source: Source) -> str:
    """Return the typed value of a raw column; the text is known to be of the type."""
    text, form = _text(column), _form(column)
    if column.type == "text":
        return text
    if column.type == "boolean" and column.text_format is not None:
        return f"({text} = {literal(boolean_texts(column.text_format)[0])})"
    if form is not None and form.zone:
        return _zoned(form, source)
    if form is not None:
        text = form.text if column.base_type == "numeric" else f"({form.text})"
    zone = f" {source.timezone}"
    if column.type == "timestamptz":
        value = f"({text} || {literal(zone)})::timestamptz"
    else:
        value = f"{text}::{column.postgres_type}"
    for unknown in source.null_dates:
        if column.type == "date" and not column.is_key:
            value = f"nullif({value}, DATE {literal(unknown)})"
        if column.type == "timestamptz":
            value = f"nullif({value}, TIMESTAMPTZ {literal(unknown + zone)})"
    return value


def is_typed(column: Column, source: Source) -> tuple[str, str]:
    """Return the condition that a text is of its column's type, and the reason if it is not."""
    text, form = _text(column), _form(column)
    if column.type == "boolean" and column.text_format is not None:
        true, false = boolean_texts(column.text_format)
        condition = f"{text} IN ({literal(true)}, {literal(false)})"
        return condition, f"is not boolean: {true} or {false}"
    if form is None:
        return _is_documented(column, text, source)
    condition, reason = _is_documented(column, form.text, source)
    if form.zone:
        condition, reason = f"etl.is_timestamp({form.text})", "is not a time"
    reason = f"{reason.partition(':')[0]}: {column.text_format}"
    return f"({' AND '.join((*form.conditions, condition))})", reason


def is_there(column: Column, source: Source) -> str:
    """Return the condition that a field is neither empty nor a date that means unknown."""
    text, form = _text(column), _form(column)
    conditions = [f"{text} IS NOT NULL"]
    if column.type in ("date", "timestamptz") and not column.is_key:
        said = f"({form.text})" if form is not None else text
        conditions += [f"{said} NOT LIKE {literal(day + '%')}" for day in source.null_dates]
    return conditions[0] if len(conditions) == 1 else f"({' AND '.join(conditions)})"


def _text(column: Column) -> str:
    return f"r.{ident(column.name)}"


def _form(column: Column) -> FormatSql | None:
    """Return the SQL that reads a column whose format is not the default; None: it is."""
    if column.text_format is None or column.type == "boolean":
        return None
    return format_sql(column.base_type, column.text_format, _text(column))


def _zoned(form: FormatSql, source: Source) -> str:
    """Return a time whose text includes its zone; NULL if its date means unknown."""
    value = f"({form.text} || {form.zone})::timestamptz"
    if not source.null_dates:
        return value
    unknown = ", ".join(f"TIMESTAMP {literal(day)}" for day in source.null_dates)
    return f"CASE WHEN ({form.text})::timestamp NOT IN ({unknown}) THEN {value} END"


def key_text(column: Column, value: str) -> str:
    """Return the canonical text of a key column's value, whatever the session's settings."""
    if column.type == "text":
        return value
    if column.type == "date":
        return f"to_char({value}::timestamp, 'YYYY-MM-DD')"
    return f"{value}::text"


def _is_documented(column: Column, text: str, source: Source) -> tuple[str, str]:
    """Return the condition that a text is in the default format, and the reason if it is not."""
    type_ = column.postgres_type
    if column.base_type in ("smallint", "integer", "bigint"):
        reason = f"is not {type_}: a whole number without plus sign and leading zeros"
        return f"etl.is_{type_}({text})", reason
    if column.scale is not None:
        reason = f"is not {type_}: a decimal number of at most {column.scale} decimals"
        return f"etl.is_numeric({text}, {literal(type_)}, {column.scale})", reason
    if column.type == "timestamptz":
        reason = f"is not a local time of {source.timezone}: YYYY-MM-DD HH:MM:SS[.ffffff]"
        return f"etl.is_local_time({text})", reason
    name, reason = {
        "numeric": ("decimal", "is not a decimal number"),
        "boolean": ("boolean", "is not boolean: 0 or 1"),
        "date": ("date", "is not a date: YYYY-MM-DD"),
        "uuid": ("uuid", "is not a UUID"),
    }[column.type]
    return f"etl.is_{name}({text})", reason
