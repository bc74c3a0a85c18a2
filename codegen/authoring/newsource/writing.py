"""The texts of drafted contracts, with comments on what was guessed and from how many rows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from codegen.authoring.newsource.columns import ColumnGuess
from codegen.authoring.newsource.dialects import DialectGuess
from codegen.authoring.newsource.draft import Draft
from codegen.authoring.newsource.naming import FileName

_PLAIN = re.compile(r"[A-Za-z][\w ./-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off"}
_FEW = 12
_MANY_ROWS = 50


def source_text(
    source: str,
    timezone: str,
    guess: DialectGuess,
    names: Sequence[FileName],
    drafts: Sequence[Draft],
) -> str:
    """Return source.yml."""
    dialect = guess.dialect
    keys: dict[str, str | bool] = {
        "field_separator": dialect.field_separator,
        "row_separator": dialect.row_separator,
        "encoding": dialect.encoding,
        "header": dialect.header,
    }
    if dialect.quote:
        keys["quote"] = dialect.quote
    if dialect.trailing_separator:
        keys["trailing_separator"] = True
    if dialect.open_end:
        keys["open_end"] = True
    patterns = list(dict.fromkeys(name.pattern for name in names if name.pattern))
    endings = list(dict.fromkeys(name.ending for name in names))
    rows = sum(len(draft.rows) for draft in drafts)
    unknown = sorted({day for draft in drafts for c in draft.columns for day in c.unknown_dates})
    lines = [
        "# yaml-language-server: $schema=../schema/source.schema.json",
        f"# Guessed from {len(names)} files and {rows} rows: review each line.",
        f"source: {source}",
        f"title: {_yaml(source.replace('_', ' ').capitalize())}",
        *(f"# {remark}" for remark in guess.remarks),
        f"dialect: {_mapping(keys)}",
        "# Not guessed: the time zone of local times in file names and fields.",
        f"timezone: {timezone}",
        "# Not guessed: the columns that identify a tenant, if there are several tenants.",
        "tenant: []",
        "file_names:",
        *_patterns(patterns),
        f"  endings: {_list(endings)}",
    ]
    if unknown:
        lines.append("# These dates occur and perhaps mean unknown: then they become NULL.")
        lines.append(f"null_dates: {_list(unknown)}")
    return "\n".join(lines) + "\n"


def _patterns(patterns: list[str]) -> list[str]:
    lines = []
    if not patterns:
        lines.append("  # The names of the samples have no date; the names of real files need one.")
        patterns = ["{file_type}_{date_extracted:YYYYMMDD}"]
    if any(re.search(r"[0-9]", re.sub(r"\{.*?\}", "", one)) for one in patterns):
        lines.append(
            "  # Fixed digits may be a tenant; if so, write {tenant_column:3} for three digits."
        )
    if any("{date_to" in one for one in patterns):
        lines.append("  # The last of several dates is taken as the day of the extraction.")
    return [*lines, "  patterns:", *(f"    - {json.dumps(one)}" for one in patterns)]


def extract_text(draft: Draft) -> str:
    """Return the contract of one extract."""
    kind = "dimension" if draft.is_dimension else "fact"
    prefix = "dim" if draft.is_dimension else "fact"
    key = [draft.names[place] for place in draft.key.places]
    shared = f"NOT unique: {draft.key.repeated} of {len(draft.rows)} rows repeat a key"
    unique = f"it is different in all {len(draft.rows)} rows"
    samples = ", ".join(path.name for path in draft.samples)
    lines = [
        "# yaml-language-server: $schema=../schema/extract.schema.json",
        f"# Guessed from {len(draft.rows)} rows of {samples}; {draft.bad} could not be read.",
        f"extract: {draft.name}",
        f"file_types: {_list(draft.file_types)}",
        f"description: {_yaml(draft.name.replace('_', ' ').capitalize() + '.')}",
        f"# Key: {shared if draft.key.repeated else unique}.",
        f"natural_key: {_list(key)}",
        "# A dimension, with history, if other extracts refer to it; otherwise a fact.",
        f"core: {{kind: {kind}, table: {prefix}_{draft.name}}}",
    ]
    if draft.references:
        lines.append("references:")
        lines += [f"  - {{dimension: {to}, columns: [{name}]}}" for to, name in draft.references]
    lines.append(
        "# Text outside the key does not reach core: add pii: keep or pseudonymise where it should."
    )
    lines.append("columns:")
    for name, heading, column in zip(draft.names, draft.headings, draft.columns, strict=True):
        keys = {"name": name, "source": heading, "type": column.type}
        if column.format:
            keys["format"] = column.format
        lines.append(f"  # {_remark(column, len(draft.rows))}")
        lines.append(f"  - {_mapping(keys)}")
    return "\n".join(lines) + "\n"


def _remark(column: ColumnGuess, rows: int) -> str:
    filled = "always filled" if column.filled == rows else f"{column.filled} of {rows} filled"
    remarks = [filled, f"{column.different} different"]
    if column.type == "text" and column.different <= _FEW and rows >= _MANY_ROWS and column.filled:
        remarks.append("a domain?")
    return "; ".join([*remarks, *([column.remark] if column.remark else [])])


def _mapping(keys: Mapping[str, str | bool]) -> str:
    return "{" + ", ".join(f"{key}: {_yaml(value)}" for key, value in keys.items()) + "}"


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(_yaml(value) for value in values)}]"


def _yaml(value: str | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    is_plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS and value == value.strip()
    return value if is_plain else json.dumps(value, ensure_ascii=False)
