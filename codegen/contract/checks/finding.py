"""One result of a check."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.contract.yamltext import Location


@dataclass(frozen=True)
class Finding:
    """A fault or a warning at a place of a contract file; the caller knows which file."""

    path: Location
    problem: str
    remedy: str = ""
    suggestion: str = ""
    warning: bool = False
