"""The contract reference, docs/contracts.md, written from the models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from codegen.authoring.examples import EXAMPLES
from codegen.contract.column_types import COLUMN_TYPES, TYPE_NAMES
from codegen.contract.model import (
    Column,
    Core,
    Domain,
    Extract,
    FileNames,
    Reference,
    Source,
    SourceDialect,
    ThresholdOverrides,
    Thresholds,
)
from codegen.contract.text_formats import FORMATS

PARTS_OF_SOURCE: tuple[tuple[str, type[BaseModel]], ...] = (
    ("dialect", SourceDialect),
    ("file_names", FileNames),
    ("thresholds of a source", Thresholds),
    ("domains", Domain),
)
PARTS_OF_EXTRACT: tuple[tuple[str, type[BaseModel]], ...] = (
    ("columns", Column),
    ("core", Core),
    ("references", Reference),
    ("thresholds of an extract", ThresholdOverrides),
)

HEAD = """\
# Contracts

<!-- Written by `make codegen` from the models in codegen/; not edited by hand. -->

A contract describes the files of one kind and what happens to their rows. Tables, procedures,
checks and documentation are generated from it. A source is a folder, `contracts/<source>/`, with
one `source.yml` and one `<extract>.yml` for each kind of file. A new extract is one new file. The
[glossary](glossary.md) explains the words, [your own feed](your-own-feed.md) shows the first steps.

All faults are reported at once, each with file, line, place and remedy:

```
{fault}
```

Contracts are YAML 1.2: `yes`, `no` and `on` are texts. Put a text with `,` `:` `#` or brackets in
quotes as a whole: inside `{{ }}` write `type: "numeric(12,2)"`. With this first line an editor
completes and checks the keys:

```yaml
# yaml-language-server: $schema=../schema/extract.schema.json
```
"""
FAULT = (
    "contracts/shop/orders.yml:12: columns[3].type: 'bigin' is not a type:"
    " use one of text, smallint, … (did you mean bigint?)"
)

TYPES = """\
## Types

A type accepts one text format from a file. It is stricter than PostgreSQL's own input: a text that
a cast would alter, cut or round is rejected. An empty field is NULL. A key column accepts exactly
one text for each value, so that one key is never written in two ways.

"""

FORMATS_TEXT = """\
A contract can set another format, for one column (`format:`) or for all columns of a type
(`formats:` in `source.yml`). It replaces the documented format: a text in any other format is
rejected.
"""


def render_contract_reference() -> str:
    """Return docs/contracts.md."""
    lines = [HEAD.format(fault=FAULT)]
    lines += _part("source.yml", 2, Source)
    for title, model in PARTS_OF_SOURCE:
        lines += _part(title, 3, model)
    lines += _example("source.yml")
    lines += _part("&lt;extract&gt;.yml", 2, Extract)
    for title, model in PARTS_OF_EXTRACT:
        lines += _part(title, 3, model)
    for name in EXAMPLES:
        lines += _example(name) if name != "source.yml" else []
    lines += _types()
    return "\n".join(lines).rstrip() + "\n"


def _part(title: str, level: int, model: type[BaseModel]) -> Iterator[str]:
    yield f"{'#' * level} {title}\n"
    yield f"{_doc(model)}\n"
    rows = [
        (f"`{name}`", _type(info.annotation, info), _default(name, info), _meaning(info))
        for name, info in model.model_fields.items()
    ]
    yield from _table(("key", "type", "default", "meaning"), rows)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "| " + " | ".join("---" for _ in heads) + " |"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


def _doc(model: type[BaseModel]) -> str:
    return re.sub(r"\s+", " ", model.__doc__ or "").strip()


def _type(annotation: Any, info: FieldInfo | None = None) -> str:
    if info is not None and any("pattern" in str(item) for item in info.metadata):
        return "name"
    origin, items = get_origin(annotation), get_args(annotation)
    literals = [item for item in items if isinstance(item, str | bool)]
    if literals:
        return ", ".join(f"`{_yaml(item)}`" for item in literals)
    if origin is tuple:
        return "list of " + _plural(_type(items[0]))
    if origin is dict:
        return f"{_type(items[0])} → {_type(items[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "keys below"
    if hasattr(annotation, "__metadata__"):
        return "name"
    plain = {str: "text", bool: "`true`, `false`", float: "0 to 1"}
    if annotation in plain:
        return plain[annotation]
    return next(_type(item) for item in items if item is not type(None))


def _plural(thing: str) -> str:
    return thing if thing == "keys below" or "→" in thing else f"{thing}s"


def _default(name: str, info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    default = info.default
    if default is None or name == "entity":
        return "see meaning" if "Default:" in (info.description or "") else "none"
    if isinstance(default, BaseModel):
        return "those below"
    return f"`{_yaml(default)}`"


def _yaml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_yaml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_yaml(k)}: {_yaml(v)}" for k, v in value.items()) + "}"
    text = str(value)
    wants_quotes = text == "" or (isinstance(value, str) and ("," in text or text[0].isdigit()))
    return f'"{text}"' if wants_quotes else text


def _meaning(info: FieldInfo) -> str:
    examples = info.examples or []
    if not examples:
        return info.description or ""
    shown = ", ".join(f"`{_yaml(example)}`" for example in examples)
    return f"{info.description} For example {shown}."


def _example(name: str) -> Iterator[str]:
    yield f"Example, `contracts/shop/{name}`:\n"
    yield f"```yaml\n{EXAMPLES[name].rstrip()}\n```\n"


def _types() -> Iterator[str]:
    yield TYPES.rstrip() + "\n"
    rows = [
        (f"`{t.name}`", t.text_format, t.example, t.key_format or "cannot be in a key")
        for t in COLUMN_TYPES
    ]
    yield from _table(("type", "text in a file", "example", "in a key column"), rows)
    yield FORMATS_TEXT.rstrip() + "\n"
    rows = [(f"`{name}`", how, f"`{example}`", f"`{text}`") for name, how, example, text in FORMATS]
    yield from _table(("type", "format", "for example", "text in a file"), rows)
    others = ", ".join(f"{theirs} → {ours}" for theirs, ours in sorted(TYPE_NAMES.items()))
    yield f"Types of other systems: {others}."
