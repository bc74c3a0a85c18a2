"""SQL text: names and literals quoted, conditions rewritten, templates rendered.

pglast and Jinja2 are imported inside functions, because contracts are also read on machines where
neither is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"

#: Words that PostgreSQL takes as a name only when quoted, or that break statement splitters.
_RESERVED_KINDS = ("RESERVED_KEYWORD", "COL_NAME_KEYWORD", "TYPE_FUNC_NAME_KEYWORD")
#: Columns of text to which lists of names are packed.
WIDTH = 116
#: Characters that show that an item is an expression, not a name, an assignment or a plain cast.
_EXPRESSION = re.compile(r"[('\n]")
#: A predicate over one column.
_PREDICATE = re.compile(r'etl\.is_\w+\(\w+\."?\w+"?\)')

_ALWAYS_QUOTED = frozenset({"begin", "declare", "end"})


@cache
def ident(name: str) -> str:
    """Return the name as an identifier, quoted only where it must be."""
    from pglast import parser

    plain = name.isidentifier() and name.isascii() and name == name.lower()
    if plain and name not in _ALWAYS_QUOTED:
        tokens = parser.scan(name)
        if len(tokens) == 1 and tokens[0].kind not in _RESERVED_KINDS:
            return name
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Return the value as an SQL literal: text, number, boolean, NULL, or an array of text."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return f"ARRAY[{', '.join(literal(item) for item in value)}]::text[]"
    text = str(value).replace("'", "''")
    if not re.search(r"[\\\x00-\x1f]", text):
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return "E'" + re.sub(r"[\x00-\x1f]", lambda c: f"\\x{ord(c[0]):02x}", escaped) + "'"


def instant(local: str | None, zone: str, otherwise: str = "NULL") -> str:
    """Return a local time of a zone as an expression; for None, the given default."""
    return otherwise if local is None else f"TIMESTAMP '{local}' AT TIME ZONE {literal(zone)}"


def substitute(condition: str, columns: Mapping[str, str]) -> str:
    """Return a condition with each column name replaced by an expression."""
    from pglast import parser

    encoded = condition.encode()
    parts: list[str] = []
    position = 0
    for token in parser.scan(condition):
        word = encoded[token.start : token.end + 1].decode()
        name = word.strip('"') if word.startswith('"') else word.lower()
        if name in columns and (token.name == "IDENT" or token.kind == "UNRESERVED_KEYWORD"):
            parts += [encoded[position : token.start].decode(), columns[name]]
            position = token.end + 1
    return "".join([*parts, encoded[position:].decode()])


def lines(items: Iterable[str], indent: int, separator: str = ",") -> str:
    """Join items, one on each line, with this indent."""
    return (separator + "\n" + " " * indent).join(items)


def pack(items: Iterable[str], indent: int) -> str:
    """Join items with commas: names fill lines up to WIDTH, an expression has its own line."""
    rows: list[str] = []
    is_open = False
    for item in items:
        is_short = _EXPRESSION.search(item) is None
        if is_open and is_short and indent + len(rows[-1]) + len(item) + 3 <= WIDTH:
            rows[-1] += f", {item}"
        else:
            rows.append(item)
        is_open = is_short
    return lines(rows, indent)


def conditions(items: Iterable[str], indent: int) -> str:
    """Join conditions with AND: only predicates over one column share lines."""
    rows: list[str] = []
    is_open = False
    for item in items:
        is_short = _PREDICATE.fullmatch(item) is not None
        if is_open and is_short and indent + len(rows[-1]) + len(item) + 9 <= WIDTH:
            rows[-1] += f" AND {item}"
        else:
            rows.append(item)
        is_open = is_short
    return lines(rows, indent, " AND")


def row(alias: str, names: Iterable[str], indent: int) -> str:
    """Return a row of an alias's columns: in one line if they fit, else packed at the indent."""
    texts = [f"{alias}.{name}" for name in names]
    if indent + len(", ".join(texts)) <= WIDTH // 2:
        return f"({', '.join(texts)})"
    blanks = " " * indent
    return f"(\n{blanks}    {pack(texts, indent + 4)}\n{blanks})"


def assignments(names: Iterable[str], alias: str) -> list[str]:
    """Return assignments for SET: each name gets the value of the same name in an alias."""
    return [f"{name} = {alias}.{name}" for name in names]


@cache
def environment() -> jinja2.Environment:
    """Return the template environment: undefined names fail, blocks leave no blank lines."""
    import jinja2

    result = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 (SQL, not HTML)
    )
    result.filters |= {
        "ident": ident,
        "literal": literal,
        "lines": lines,
        "pack": pack,
        "conditions": conditions,
    }
    result.filters["instant"] = instant
    result.globals |= {"row": row, "assignments": assignments}
    return result
