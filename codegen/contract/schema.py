"""The JSON Schemas of contracts, for editors, written from the models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from codegen.contract.column_types import BASE_TYPES, TYPE_CHOICES
from codegen.contract.model import Extract, Source

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ORIGIN = "Written by `make codegen` from the models in codegen/; not edited by hand."


def json_schemas() -> dict[str, str]:
    """Return the JSON Schemas by file name, as in contracts/schema."""
    return {
        "extract.schema.json": _text(_extract_schema()),
        "source.schema.json": _text(_finish(Source.model_json_schema(), "source.yml of rawcore")),
    }


def write_json_schemas(folder: Path) -> tuple[Path, ...]:
    """Write the JSON Schemas into the folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in json_schemas().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return tuple(paths)


def _extract_schema() -> dict[str, Any]:
    schema = _finish(Extract.model_json_schema(), "extract of rawcore")
    del schema["properties"]["entity"]["default"]  # it is derived from the name of the extract
    column_type = schema["$defs"]["Column"]["properties"]["type"]
    del column_type["type"]
    column_type["anyOf"] = [
        {"enum": list(BASE_TYPES)},
        {"type": "string", "pattern": r"^numeric\(\s*[0-9]+\s*,\s*[0-9]+\s*\)$"},
    ]
    column_type["examples"] = [name.replace("p,s", "12,2") for name in TYPE_CHOICES]
    return schema


def _finish(schema: dict[str, Any], title: str) -> dict[str, Any]:
    """Add the head of the schema, and remove titles that only repeat the keys."""
    for part in (schema, *schema.get("$defs", {}).values()):
        for info in part.get("properties", {}).values():
            info.pop("title", None)
    head = {"$schema": _DRAFT, "$comment": _ORIGIN, "title": title}
    return {**head, **{key: value for key, value in schema.items() if key != "title"}}


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
