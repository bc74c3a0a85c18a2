"""Write imported extracts as contracts, into an existing source or with a drafted one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codegen.authoring.exchange.importing import NotImported, import_extracts
from codegen.contract.errors import ContractErrors
from codegen.contract.loading import SCHEMA_FOLDER, SOURCE_FILE, load_feed_with_warnings
from codegen.contract.schema import write_json_schemas
from codegen.contract.yamltext import read_document

_SOURCE = """\
# yaml-language-server: $schema=../schema/source.schema.json
# The documents describe columns, not how files are written: review each line.
source: {source}
title: {title}
dialect: {{field_separator: ",", row_separator: "\\n", encoding: utf-8, header: true, quote: "\\""}}
timezone: UTC
tenant: []
file_names:
  patterns: ["{{file_type}}_{{date_extracted:YYYYMMDD}}"]
  endings: ["", .csv]
"""


def write_imported(source: str, documents: list[Path], contracts: Path) -> list[str]:
    """Write the extracts of documents into a source; return lines about them.

    Raises:
        NotImported: a document is of neither standard, or a contract exists already.
    """
    folder = contracts / source
    if not re.fullmatch("[a-z][a-z0-9_]*", source):
        raise NotImported(f"'{source}' is not a name: write lower-case letters, digits and _")
    texts = {}
    if not (folder / SOURCE_FILE).exists():
        title = source.replace("_", " ").capitalize()
        texts[SOURCE_FILE] = _SOURCE.format(source=source, title=title)
    for document in documents:
        for extract in import_extracts(document, _tenant(folder)):
            texts[f"{extract['extract']}.yml"] = contract_text(extract, document.name)
    for name in texts:
        if (folder / name).exists():
            raise NotImported(f"{folder / name} exists already: remove it, or edit it by hand")
    folder.mkdir(parents=True, exist_ok=True)
    if not (contracts / SCHEMA_FOLDER).exists():
        write_json_schemas(contracts / SCHEMA_FOLDER)  # editors find them through the contracts
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    said = [f"{folder / name}: {text.count(chr(10))} lines" for name, text in texts.items()]
    try:
        load_feed_with_warnings(folder)
    except ContractErrors as errors:
        return [*said, *map(str, errors.faults), "correct these faults, and review the rest"]
    return [*said, "review them; then run make codegen and make migration"]


def _tenant(folder: Path) -> tuple[str, ...]:
    """Return the tenant columns of an existing source."""
    if not (folder / SOURCE_FILE).exists():
        return ()
    data = read_document(folder / SOURCE_FILE).data
    tenant = data.get("tenant") if isinstance(data, dict) else None
    return tuple(tenant or ())


def _text(value: Any) -> str:
    """Write a value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    is_plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w./-]*(?: [\w./-]+)*", value)
    if is_plain and value.lower() not in ("true", "false", "null", "yes", "no", "on", "off"):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def contract_text(extract: Mapping[str, Any], origin: str) -> str:
    """Write an extract as a contract: one key a line, one column a line."""
    lines = [
        "# yaml-language-server: $schema=../schema/extract.schema.json",
        f"# Imported from {origin}: review kind of core, formats and personal data.",
    ]
    for key, value in extract.items():
        if key in ("columns", "references"):
            lines += [f"{key}:", *(f"  - {_text(item)}" for item in value)]
        else:
            lines.append(f"{key}: {_text(value)}")
    return "\n".join(lines) + "\n"
