"""Rendered files: written by `make codegen`, compared by `make check`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from codegen.authoring.dictionary import dictionaries
from codegen.authoring.reference import render_contract_reference
from codegen.contract.fingerprint import contract_fingerprint
from codegen.contract.fingerprint_file import FILE, fingerprint_file
from codegen.contract.loading import CONTRACTS, source_folders
from codegen.contract.schema import json_schemas
from codegen.migration.desired import desired_objects
from codegen.render.objects import ENGINE

ROOT = Path(__file__).resolve().parents[1]
DICTIONARY = ROOT / "docs" / "dictionary"
#: Code that must not name a single extract.
_GENERAL = ("rawcore/**/*.py", "codegen/**/*.py", "codegen/render/templates/*.j2", "ingest.py",
            "sql/functions/*.sql", "sql/procedures/*.sql", "sql/tables/*.sql",
            "sql/views/*.sql", "sql/roles/*.sql")  # fmt: skip


def rendered_files(contracts: Path = CONTRACTS) -> dict[Path, str]:
    """Return every rendered file and its text: SQL and fingerprint of contracts, schemas, docs."""
    generated = {
        ENGINE / one.path: one.sql
        for one in desired_objects(contracts)
        if one.path.parts[0] == "generated"
    }
    schemas = {ROOT / "contracts" / "schema" / name: text for name, text in json_schemas().items()}
    fingerprints = {
        folder / FILE: fingerprint_file(folder, contract_fingerprint(folder))
        for folder in source_folders(contracts)
    }
    pages = {DICTIONARY / name: text for name, text in dictionaries(contracts).items()}
    return {
        **generated,
        **fingerprints,
        **schemas,
        **pages,
        ROOT / "docs" / "contracts.md": render_contract_reference(),
    }


def write_files(contracts: Path = CONTRACTS) -> tuple[list[Path], list[Path]]:
    """Update the rendered files; return the written and the removed ones."""
    wanted = rendered_files(contracts)
    stale = list(stale_files(wanted))
    for path in stale:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path])
        else:
            path.unlink()
    return [path for path in stale if path in wanted], [
        path for path in stale if path not in wanted
    ]


def stale_files(wanted: dict[Path, str]) -> Iterator[Path]:
    """Yield rendered files that are missing, differ, or are not rendered any more."""
    for path, text in wanted.items():
        if not path.is_file() or path.read_text() != text:
            yield path
    for path in sorted([*(ENGINE / "generated").rglob("*.sql"), *DICTIONARY.glob("*.html")]):
        if path not in wanted:
            yield path


def named_extracts(contracts: Path = CONTRACTS) -> Iterator[str]:
    """Yield `file:line: name` for each name of an extract or a source in general code."""
    folders = [path for path in sorted(contracts.iterdir()) if (path / "source.yml").is_file()]
    names = {path.stem for folder in folders for path in folder.glob("*.yml")} - {"source"}
    names |= {folder.name for folder in folders}
    pattern = re.compile(r"\b(?:\w+_)?(" + "|".join(sorted(names)) + r")(?:_raw)?\b")
    for path in (found for glob in _GENERAL for found in sorted(ROOT.glob(glob))):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if match := pattern.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: {match[1]}"
