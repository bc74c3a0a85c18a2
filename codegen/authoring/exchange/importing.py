"""Read ODCS and Frictionless documents as extracts; what they lack is left for the review."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from codegen.authoring.exchange.exporting import COLUMN_KEYS, EXTRACT_KEYS, FRICTIONLESS, camel
from codegen.authoring.exchange.formats import from_java, from_python
from codegen.authoring.newsource.naming import column_names, entity_of, snake
from codegen.contract.column_types import BASE_TYPES, TYPE_NAMES, is_type
from codegen.contract.text_formats import DECIMAL_COMMA

_FROM_LOGICAL = {"integer": "bigint", "number": "numeric", "boolean": "boolean", "date": "date",
                 "timestamp": "timestamptz", "datetime": "timestamptz"}  # fmt: skip
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TRUE, _FALSE = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")
_ISO_TIME = "YYYY-MM-DDTHH24:MI:SSZ"


class NotImported(Exception):  # noqa: N818 (a refusal)
    """No extract can be made from a document."""


def import_extracts(path: Path, tenant: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the extracts of a document as data of contracts. Raises NotImported."""
    try:
        text = path.read_text(encoding="utf-8")
        document = yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe one; JSON is YAML)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise NotImported(f"{path.name} is neither YAML nor JSON") from error
    if isinstance(document, dict) and isinstance(document.get("fields"), list):
        name = path.name.split(".")[0]
        return [_from_frictionless(document, str(document.get("name") or name), tenant)]
    if isinstance(document, dict) and document.get("kind") == "DataContract":
        schemas = document.get("schema") or []
        if str(document.get("apiVersion", "")).startswith("v3") and schemas:
            return [_from_odcs(schema, tenant) for schema in schemas]
    raise NotImported(
        f"{path.name} is neither an Open Data Contract v3 with a schema nor a Table Schema"
    )


def _from_odcs(schema: Mapping[str, Any], tenant: tuple[str, ...]) -> dict[str, Any]:
    properties = schema.get("properties") or []
    extension = _extension(schema, EXTRACT_KEYS)
    name = snake(str(schema["name"]))
    names = column_names((str(one["name"]) for one in properties), entity_of(name))
    columns = [_odcs_column(one, new) for one, new in zip(properties, names, strict=True)]
    keyed = [(one.get("primaryKeyPosition") or place, new)
             for place, (one, new) in enumerate(zip(properties, names, strict=True), 1)
             if one.get("primaryKey")]  # fmt: skip
    key = [new for _, new in sorted(keyed)]
    types = [str(schema.get("physicalName") or schema["name"])]
    return _extract(name, schema, extension, types, key, columns, tenant)


def _odcs_column(one: Mapping[str, Any], name: str) -> dict[str, Any]:
    extension = _extension(one, (*COLUMN_KEYS, "format"))
    source = str(one.get("businessName") or one["name"])
    column = {"name": name, "source": source, "type": _odcs_type(one)}
    options = one.get("logicalTypeOptions") or {}
    text_format = extension.pop("format", None)
    if column["type"] in ("date", "timestamptz") and "format" in options:
        text_format = from_java(column["type"], str(options["format"]))
    if text_format:
        column["format"] = text_format
    return column | _said(one, bool(one.get("required"))) | extension


def _odcs_type(one: Mapping[str, Any]) -> str:
    physical = str(one.get("physicalType") or "").lower()
    logical = str(one.get("logicalType") or "string")
    options = one.get("logicalTypeOptions") or {}
    found = _type_of(physical) or _FROM_LOGICAL.get(logical, "text")
    return "uuid" if found == "text" and options.get("format") == "uuid" else found


def _type_of(physical: str) -> str | None:
    """Return the contract type for a database type, with the digits of numbers."""
    base, _, rest = physical.partition("(")
    ours = TYPE_NAMES.get(base.strip(), base.strip()).partition("(")[0]
    if ours == "numeric" and re.fullmatch(r"\s*[0-9]+\s*,\s*[0-9]+\s*\)", rest):
        return "numeric(" + "".join(rest.split())
    return ours if ours in BASE_TYPES else None


def _from_frictionless(
    document: Mapping[str, Any], title: str, tenant: tuple[str, ...]
) -> dict[str, Any]:
    fields = document["fields"]
    extension = document.get("rawcore") or {}
    name = snake(title)
    labels = [str(field["name"]) for field in fields]
    wanted = [str((field.get("rawcore") or {}).get("name") or field["name"]) for field in fields]
    names = dict(zip(labels, column_names(wanted, entity_of(name)), strict=True))
    columns = [_frictionless_column(field, names[str(field["name"])]) for field in fields]
    primary = document.get("primaryKey") or []
    key = [names[one] for one in ([primary] if isinstance(primary, str) else primary)]
    return _extract(name, document, extension, [title], key, columns, tenant)


def _frictionless_column(field: Mapping[str, Any], name: str) -> dict[str, Any]:
    extension = dict(field.get("rawcore") or {})
    column = {
        "name": name,
        "source": str(extension.get("source") or field["name"]),
        "type": _frictionless_type(field, str(extension.get("type", ""))),
    }
    text_format = _frictionless_format(field, column["type"])
    if text_format:
        column["format"] = text_format
    required = bool((field.get("constraints") or {}).get("required"))
    kept = {key: extension[key] for key in COLUMN_KEYS if key in extension}
    return column | _said(field, required) | kept


def _frictionless_type(field: Mapping[str, Any], ours: str) -> str:
    theirs = str(field.get("type") or "string")
    if is_type(ours) and FRICTIONLESS[ours.partition("(")[0]] == theirs:
        return ours
    if theirs == "string" and field.get("format") == "uuid":
        return "uuid"
    return _FROM_LOGICAL.get(theirs, "text")


def _frictionless_format(field: Mapping[str, Any], type_: str) -> str | None:
    text = str(field.get("format") or "default")
    if type_ == "boolean":
        true = (field.get("trueValues") or _TRUE)[0]
        false = (field.get("falseValues") or _FALSE)[0]
        return None if (true, false) == ("1", "0") else f"{true}/{false}"
    if type_.startswith("numeric"):
        return DECIMAL_COMMA if field.get("decimalChar") == "," else None
    if type_ == "timestamptz" and text == "default":
        return _ISO_TIME
    if type_ in ("date", "timestamptz") and text not in ("default", "any"):
        return from_python(type_, text)
    return None


def _said(one: Mapping[str, Any], required: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"required": True} if required else {}
    if one.get("description"):
        said["description"] = " ".join(str(one["description"]).split())
    return said


def _extension(one: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    custom = {p.get("property"): p.get("value") for p in one.get("customProperties") or []}
    return {key: custom[camel(key)] for key in keys if camel(key) in custom}


def _extract(
    name: str,
    document: Mapping[str, Any],
    extension: Mapping[str, Any],
    file_types: list[str],
    key: list[str],
    columns: list[dict[str, Any]],
    tenant: tuple[str, ...],
) -> dict[str, Any]:
    """Assemble an extract, with its keys in the order of contracts."""
    said = {key: extension[key] for key in EXTRACT_KEYS if key in extension}
    description = " ".join(str(document.get("description") or name).split())
    made = {
        "extract": name,
        "file_types": said.pop("file_types", [_spelling(one) for one in file_types]),
        "description": description,
        "entity": said.pop("entity", entity_of(name)),
        "natural_key": [one for one in key if one not in tenant],
        "core": said.pop("core", {"kind": "fact", "table": f"fact_{name}"}),
    }
    for column in columns:
        if column["name"] in key:  # key columns are always required and kept
            column.pop("required", None)
    return made | said | {"columns": columns}


def _spelling(title: str) -> str:
    """Return how a file name can spell a title: letters, and _ between them."""
    return re.sub(r"[^A-Za-z]+", "_", title).strip("_") or "Unnamed"
