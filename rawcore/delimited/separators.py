"""Replace separators by tokens of the same length: bytes that UTF-8 never contains.

FIELD and ROW are padded with PAD to the length of their separator. Replacing by the same length is
twice as fast.
"""

from __future__ import annotations

import re

FIELD, ROW, PAD = b"\xff", b"\xfe", b"\xfd"

FLAW = b"\xfa"
"""Marks text at a place where no text may be: its row is bad."""

_ESCAPES = ((b"\\", b"\\\\"), (b"\t", b"\\t"), (b"\n", b"\\n"), (b"\r", b"\\r"))


class Separators:
    """Finds both separators from the left; at each position the longer match wins."""

    def __init__(self, field: bytes, row: bytes) -> None:
        self.field, self.row = field, row
        self.field_token = FIELD + PAD * (len(field) - 1)
        self.row_token = ROW + PAD * (len(row) - 1)
        pairs = [(field, self.field_token), (row, self.row_token)]
        if field in row:  # the separator that contains the other one goes first
            pairs.reverse()
        (first, self._first_token), (second, self._second_token) = pairs
        self._first, self._second = first, second
        # If the second separator begins earlier and overlaps the first, the second one wins.
        self._overlaps = tuple(
            second[:-shared] + self._first_token[:1]
            for shared in range(1, min(len(first), len(second)))
            if second.endswith(first[:shared])
        )
        longest_first = sorted((field, row), key=len, reverse=True)
        self._either = re.compile(b"|".join(map(re.escape, longest_first)))
        self._wait = len(field) if row in field else len(row)
        self._to_copy = bytes.maketrans(FIELD + ROW, b"\t\n")
        self._not_text = PAD if len(field) > 1 or len(row) > 1 else b""

    def mark(self, utf8: bytes) -> bytes:
        """Replace separators by tokens of the same length."""
        marked = utf8.replace(self._first, self._first_token)
        for overlap in self._overlaps:
            if overlap in marked:
                return self._either.sub(lambda found: self._token(found[0]), utf8)
        return marked.replace(self._second, self._second_token)

    def _token(self, separator: bytes) -> bytes:
        return self.field_token if separator == self.field else self.row_token

    def is_whole_row(self, rest: bytes) -> bool:
        """Return whether the text after the last row is a row without its separator."""
        return True

    def unmark(self, marked: bytes) -> bytes:
        """Put the separators back."""
        return marked.replace(self.row_token, self.row).replace(self.field_token, self.field)

    def end_of_rows(self, marked: bytes, final: bool) -> int:
        """Return the position after the last row separator that later bytes cannot change."""
        last = marked.rfind(ROW, 0, len(marked) if final else max(0, len(marked) - self._wait + 1))
        return last + len(self.row) if last >= 0 else 0

    def to_copy(self, marked: bytes) -> bytes:
        """Escape the text and turn tokens into tabs and line feeds."""
        for character, escaped in _ESCAPES:
            if character in marked:
                marked = marked.replace(character, escaped)
        return marked.translate(self._to_copy, self._not_text)
