"""`fingerprint.json` beside the contracts of a source: their fingerprint, found by `make codegen`.

As long as the files are the same, byte for byte, and the database has it too, the driver parses
nothing.
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
    """Return the text of `fingerprint.json` for the contracts as they stand."""
    known = {"files_sha256": _files_sha256(folder), "contract_fingerprint": fingerprint}
    return json.dumps(known, indent=2) + "\n"


def written_fingerprint(folder: Path) -> str | None:
    """Return the fingerprint that stands in `fingerprint.json`; None: not of these files."""
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
