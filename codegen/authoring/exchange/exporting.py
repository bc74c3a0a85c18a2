"""Write contracts as ODCS (one YAML file per extract) or as Frictionless Table Schemas (JSON).

A document describes the columns that files have today. Keys without a place in the standard go into
its extension: `customProperties` named rawcore… (ODCS), an object `rawcore` (Frictionless).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml

from codegen.authoring.exchange.formats import DOCUMENTED, to_java, to_python
from codegen.contract.column import Column
from codegen.contract.file_shapes import file_shapes
from codegen.contract.model import Extract, Feed
from codegen.contract.text_formats import DECIMAL_COMMA, boolean_texts

ODCS_VERSION = "v3.1.0"
TABLE_SCHEMA = "https://datapackage.org/profiles/2.0/tableschema.json"

_WHOLE = ("smallint", "integer", "bigint")
_LOGICAL = {
    "text": "string",
    "uuid": "string",
    "numeric": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamptz": "timestamp",
    **dict.fromkeys(_WHOLE, "integer"),
}
FRICTIONLESS = _LOGICAL | {"timestamptz": "datetime"}
_CLASSES = {"drop": "restricted", "pseudonymise": "confidential", "keep": "public"}
#: Keys of an extract, and of a column, that go into the extensions.
EXTRACT_KEYS = ("file_types", "entity", "core", "references", "dedupe", "full_load", "ragged_rows",
                "raw_key_index", "thresholds")  # fmt: skip
COLUMN_KEYS = ("domain", "check", "tracked", "pii", "unit", "since")


def exported(feed: Feed, form: str, version: str) -> dict[str, str]:
    """Return the documents of a source's contracts by file name; `version` identifies them."""
    write, ending = FORMATS[form]
    return {
        f"{extract.extract}{ending}": write(feed, extract, version) for extract in feed.extracts
    }


def columns_of_today(extract: Extract) -> tuple[Column, ...]:
    """Return the columns of the newest shape."""
    return file_shapes(extract.columns)[-1].columns


def _odcs(feed: Feed, extract: Extract, version: str) -> str:
    key = [column.name for column in feed.key_columns(extract)]
    document = {
        "apiVersion": ODCS_VERSION,
        "kind": "DataContract",
        "id": f"{feed.source.source}.{extract.extract}",
        "name": extract.extract,
        "version": version,
        "status": "active",
        "dataProduct": feed.source.title,
        "description": {"purpose": extract.description},
        "schema": [
            {
                "name": extract.extract,
                "physicalName": extract.file_types[0],
                "physicalType": "file",
                "logicalType": "object",
                "description": extract.description,
                "properties": [_odcs_property(c, key) for c in columns_of_today(extract)],
                "customProperties": _custom(_kept(extract, EXTRACT_KEYS)),
            }
        ],
    }
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(document, Dumper=dumper, sort_keys=False, allow_unicode=True, width=100)


def _odcs_property(column: Column, key: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "businessName": column.source,
        "logicalType": _LOGICAL[column.base_type],
        "physicalType": column.type,
        "required": column.is_required,
        "classification": _CLASSES[column.core_pii],
    }
    if column.description:
        found["description"] = column.description
    if column.name in key:
        found |= {"primaryKey": True, "primaryKeyPosition": key.index(column.name) + 1}
    extension = _kept(column, COLUMN_KEYS)
    text_format = column.text_format or DOCUMENTED.get(column.type)
    if column.type in DOCUMENTED and text_format:
        found["logicalTypeOptions"] = {"format": to_java(text_format)}
    elif column.type == "uuid":
        found["logicalTypeOptions"] = {"format": "uuid"}
    elif column.text_format:
        extension["format"] = column.text_format
    if extension:
        found["customProperties"] = _custom(extension)
    return found


def _custom(extension: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"property": camel(key), "value": value} for key, value in extension.items()]


def camel(key: str) -> str:
    """Write a key of a contract as a custom property: raw_key_index as rawcoreRawKeyIndex."""
    return "rawcore" + "".join(word.capitalize() for word in key.split("_"))


def _frictionless(feed: Feed, extract: Extract, version: str) -> str:
    columns = columns_of_today(extract)
    names = field_names(columns)
    schema = {
        "$schema": TABLE_SCHEMA,
        "name": extract.extract,
        "title": extract.extract.replace("_", " ").capitalize(),
        "description": extract.description,
        "version": version,
        "fields": [_field(column, names[column.name]) for column in columns],
        "missingValues": [""],
        "primaryKey": [names[column.name] for column in feed.key_columns(extract)],
        "rawcore": {"source": feed.source.source, **_kept(extract, EXTRACT_KEYS)},
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def field_names(columns: tuple[Column, ...]) -> dict[str, str]:
    """Return the names of the fields: the headings, or the column names if a heading repeats."""
    headings = [column.source for column in columns]
    repeat = len(set(headings)) < len(headings)
    return {column.name: column.name if repeat else column.source for column in columns}


def _field(column: Column, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "type": FRICTIONLESS[column.base_type]}
    if column.description:
        found["description"] = column.description
    if column.type == "uuid":
        found["format"] = "uuid"
    elif column.type in DOCUMENTED:
        found["format"] = to_python(column.text_format) if column.text_format else "any"
    elif column.type == "boolean":
        true, false = boolean_texts(column.text_format or "1/0")
        found |= {"trueValues": [true], "falseValues": [false]}
    elif column.text_format == DECIMAL_COMMA:
        found["decimalChar"] = ","
    if column.is_required:
        found["constraints"] = {"required": True}
    extension = {"name": column.name, "source": column.source, "type": column.type}
    return found | {"rawcore": extension | _kept(column, COLUMN_KEYS)}


def _kept(model: Column | Extract, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the values of these keys in a contract, without defaults."""
    said = model.model_dump(mode="json", include=set(keys), exclude_defaults=True)
    return {key: said[key] for key in keys if key in said}


FORMATS: dict[str, tuple[Callable[[Feed, Extract, str], str], str]] = {
    "odcs": (_odcs, ".odcs.yaml"),
    "frictionless": (_frictionless, ".schema.json"),
}
