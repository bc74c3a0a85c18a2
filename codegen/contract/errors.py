"""Faults of contracts, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class ContractFault:
    """One fault: its place (file, line, path inside the file), the problem and the remedy."""

    file: str
    line: int
    path: str
    problem: str
    remedy: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        """`file:line: path: problem: remedy (did you mean …?)`, on one line."""
        text = f"{self.file}:{self.line}: "
        text += f"{self.path}: " if self.path else ""
        text += self.problem
        text += f": {self.remedy}" if self.remedy else ""
        if self.suggestion and self.remedy != f"use {self.suggestion}":
            text += f" (did you mean {self.suggestion}?)"
        return " ".join(text.split())


class ContractErrors(Exception):  # noqa: N818 (it holds several faults)
    """The contracts are faulty; each fault is one line of the message, by file and line."""

    def __init__(self, faults: Iterable[ContractFault]) -> None:
        self.faults: tuple[ContractFault, ...] = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
