"""Quoted fields, as in RFC 4180: separators inside quotes are text, a doubled quote is one quote.

A piece is split at its quotes. Every second part is outside quotes, and separators are replaced
only there, all at once. Quotes stay as QUOTE, so that a bad row can be shown as delivered. This is
correct if each quote is next to a separator. Otherwise the piece is read field by field: a quote
that does not begin its field is text, and text after a closing quote is a flaw.
"""

from __future__ import annotations

import re

from rawcore.delimited.separators import FIELD, FLAW, PAD, ROW, Separators

QUOTES = ('"', "'")

_QUOTE, _DOUBLED = b"\xfb", b"\xfc"
"""Tokens: a quote as delivered, and the quote that a doubled quote means."""


class QuotedSeparators(Separators):
    """Finds separators outside quotes."""

    def __init__(self, field: bytes, row: bytes, quote: bytes) -> None:
        super().__init__(field, row)
        self._quote = quote
        self._to_copy = bytes.maketrans(FIELD + ROW + _DOUBLED, b"\t\n" + quote)
        self._not_text = PAD + _QUOTE + FLAW
        separators = b"|".join(map(re.escape, sorted((field, row), key=len, reverse=True)))
        self._next_field = re.compile(
            b'(?:"(?P<quoted>(?:[^"]++|"")*+)"|(?!"))(?P<text>(?:(?!%b).)*+)(?P<end>%b)'.replace(
                b'"', quote
            )
            % (separators, separators),
            re.DOTALL,
        )

    def mark(self, utf8: bytes) -> bytes:
        """Replace separators outside quotes, and quotes, by tokens."""
        quote = self._quote
        if quote not in utf8:
            return super().mark(utf8)
        stretches = utf8.split(quote)
        outside = super().mark(quote.join(stretches[0::2]))
        # An empty part outside quotes is a doubled quote. Twice, because pairs can overlap.
        is_open = len(stretches) % 2 == 0
        outside = ROW + outside + quote * is_open
        for _ in range(2):
            outside = outside.replace(quote * 2, quote + _DOUBLED + quote)
        if not self._are_next_to_separators(outside):
            return self._mark_by_field(utf8)
        stretches[0::2] = outside[1 : len(outside) - is_open].split(quote)
        return _QUOTE.join(stretches)

    def _are_next_to_separators(self, outside: bytes) -> bool:
        quote = self._quote
        quotes = outside.count(quote)
        before = sum(outside.count(token + quote) for token in (FIELD, ROW, PAD, _DOUBLED))
        after = sum(outside.count(quote + token) for token in (FIELD, ROW, _DOUBLED))
        return before == quotes and after + outside.endswith(quote) == quotes

    def _mark_by_field(self, utf8: bytes) -> bytes:
        parts: list[bytes] = []
        end = 0
        for found in self._next_field.finditer(utf8):
            if found.start() != end:  # a quote is open
                break
            end = found.end()
            quoted, text = found["quoted"], found["text"]
            if quoted is not None:
                inside = quoted.replace(self._quote * 2, _QUOTE + _DOUBLED + _QUOTE)
                parts += (_QUOTE, inside, _QUOTE, FLAW * bool(text))
            parts += (text, self._token(found["end"]))
        return b"".join([*parts, utf8[end:]])

    def is_whole_row(self, rest: bytes) -> bool:
        """Return whether the text after the last row leaves no quote open."""
        return self.mark(rest + self.row).endswith(self.row_token)

    def unmark(self, marked: bytes) -> bytes:
        """Put separators and quotes back."""
        return super().unmark(marked.translate(None, _DOUBLED + FLAW)).replace(_QUOTE, self._quote)
