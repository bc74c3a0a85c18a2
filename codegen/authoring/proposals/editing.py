"""Edit the columns of a contract as text: comments and untouched entries stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

_PLAIN = re.compile(r"[A-Za-z][\w ./()-]*|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {"true", "false", "null"}


def scalar(value: str) -> str:
    """Write a text as a YAML value."""
    is_plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS and value == value.strip()
    return value if is_plain else json.dumps(value, ensure_ascii=False)


@dataclass
class ContractText:
    """The text of `<extract>.yml` with pending edits; entries of `columns` are numbered."""

    text: str
    _edits: list[tuple[int, int, str]] = field(default_factory=list)
    _added: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the entries."""
        root: Any = yaml.compose(self.text, Loader=yaml.SafeLoader)
        nodes = {key.value: value for key, value in root.value}
        self._entries: list[yaml.MappingNode] = nodes["columns"].value

    def entry(self, number: int) -> dict[str, str]:
        """Return the keys of an entry with their values as written in the file."""
        return {
            key.value: self.text[value.start_mark.index : value.end_mark.index]
            for key, value in self._entries[number].value
        }

    def set(self, number: int, key: str, value: str) -> None:
        """Set a key of an entry."""
        node = self._entries[number]
        for known, old in node.value:
            if known.value == key:
                self._edits.append((old.start_mark.index, old.end_mark.index, value))
                return
        end = node.value[-1][1].end_mark.index
        blanks = "\n" + " " * node.start_mark.column
        self._edits.append((end, end, f"{', ' if node.flow_style else blanks}{key}: {value}"))

    def add_after(self, number: int, keys: Mapping[str, str], remark: str = "") -> None:
        """Add an entry after another one (-1: at the start), after entries added there earlier."""
        flow = "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"
        blanks = " " * self._indent()
        lines = [f"{blanks}# {remark}"] if remark else []
        self._added.setdefault(number, []).extend([*lines, f"{blanks}- {flow}"])

    def _indent(self) -> int:
        start = self._entries[0].start_mark.index
        dash = self.text.rindex("-", 0, start)
        return dash - (self.text.rfind("\n", 0, dash) + 1)

    def result(self) -> str:
        """Return the text with all edits."""
        edits: list[tuple[int, int, str]] = []
        for number, lines in self._added.items():
            if number < 0:
                start = self.text.rfind("\n", 0, self._entries[0].start_mark.index) + 1
                edits.append((start, start, "".join(f"{line}\n" for line in lines)))
                continue
            node = self._entries[number]
            end = node.end_mark.index if node.flow_style else node.value[-1][1].end_mark.index
            line_end = self.text.find("\n", end)
            place = len(self.text) if line_end < 0 else line_end
            edits.append((place, place, "".join(f"\n{line}" for line in lines)))
        text = self.text
        # Of two edits at one place, the one applied last comes first in the text.
        edits += self._edits
        for start, end, new in sorted(edits, key=lambda edit: edit[:2], reverse=True):
            text = text[:start] + new + text[end:]
        return text
