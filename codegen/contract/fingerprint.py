"""The fingerprint of a source's contracts: equal as long as their meaning is equal."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

from codegen.contract.fingerprint_file import contract_files
from codegen.contract.yamltext import ContractLoader, read_text, unreadable


def contract_fingerprint(folder: Path) -> str:
    """Return the SHA-256 (hex) over the meaning of the contracts of one source folder.

    Comments, blanks and the order of keys do not count; the order of lists does. `allow` and
    `renamed_from` do not count either: they can be removed once the next migration is written.
    Raises ContractErrors when a file is not YAML. It imports little on purpose: the driver calls it
    when `fingerprint.json` is out of date.
    """
    said = {path.name: _without_orders(_parse(path)) for path in contract_files(folder)}
    canonical = json.dumps(_texts(said), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _parse(path: Path) -> Any:
    text = read_text(path)
    try:
        return yaml.load(text, Loader=ContractLoader)  # noqa: S506 (it is a safe loader)
    except yaml.YAMLError as error:
        raise unreadable(path, text, error) from None


def _without_orders(contract: Any) -> Any:
    """Leave out `allow` and `renamed_from`, which are orders to the next migration."""
    if not isinstance(contract, dict):
        return contract
    kept = {key: value for key, value in contract.items() if key != "allow"}
    if isinstance(kept.get("columns"), list):
        kept["columns"] = [
            {key: value for key, value in column.items() if key != "renamed_from"}
            if isinstance(column, dict)
            else column
            for column in kept["columns"]
        ]
    return kept


def _texts(value: Any) -> Any:
    """Make every key a text, so that a faulty contract also has a fingerprint."""
    if isinstance(value, dict):
        return {str(key): _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return value
