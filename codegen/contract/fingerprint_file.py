"""`fingerprint.json`, which `make codegen` writes beside the contracts of a source.

As long as the contracts are the same, byte for byte, and the database has the same fingerprint, the
driver does not parse the contracts.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

FILE = "fingerprint.json"


def contract_files(folder: Path) -> tuple[Path, ...]:
    """Contract files of a source folder: `source.yml` and the extracts, by name."""
    return tuple(sorted(p for p in folder.glob("*.yml") if not p.name.startswith(".")))


def fingerprint_file(folder: Path, fingerprint: str) -> str:
    """Return the text of `fingerprint.json` for the current contracts."""
    known = {"files_sha256": _files_sha256(folder), "contract_fingerprint": fingerprint}
    return json.dumps(known, indent=2) + "\n"


def written_fingerprint(folder: Path) -> str | None:
    """Return the fingerprint in `fingerprint.json`; None: the contracts have changed since."""
    try:
        known = json.loads((folder / FILE).read_bytes())
        if known["files_sha256"] != _files_sha256(folder):
            return None
        return str(known["contract_fingerprint"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _files_sha256(folder: Path) -> str:
    """Return the SHA-256 (hex) over names and bytes of the contract files."""
    digest = hashlib.sha256()
    for path in contract_files(folder):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()
