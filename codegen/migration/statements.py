"""Split a SQL file into statements, so that an error can name the line of the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      --[^\n]*
    | (?P<block>/\*)
    | (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'
    | '(?:[^']|'')*'
    | "(?:[^"]|"")*"
    | (?<![\w$])(?P<tag>\$(?:[^\W\d]\w*)?\$)
    | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK = re.compile(r"/\*|\*/")
_LEADING = re.compile(r"(?:\s+|--[^\n]*)*")


@dataclass(frozen=True)
class Statement:
    """One statement, without the comments before it, and the line of the file it starts on."""

    line: int
    text: str


def split(text: str) -> Iterator[Statement]:
    """Yield the statements of a file. Bodies are dollar-quoted; BEGIN ATOMIC is not understood."""
    line = 1
    start = 0
    for end in (*_ends(text), len(text)):
        leading = _LEADING.match(text, start, end)
        begin = leading.end() if leading else start
        body = text[begin:end].rstrip()
        if body and body != ";":
            yield Statement(line + text.count("\n", start, begin), body)
        line += text.count("\n", start, end)
        start = end


def _ends(text: str) -> Iterator[int]:
    """Yield the positions after each semicolon that ends a statement."""
    position = 0
    while (token := _TOKEN.search(text, position)) is not None:
        position = token.end()
        if token["block"]:
            position = _end_of_block(text, position)
        elif token["tag"]:
            closing = text.find(token["tag"], position)
            position = len(text) if closing < 0 else closing + len(token["tag"])
        elif token["end"]:
            yield position


def _end_of_block(text: str, position: int) -> int:
    """Return where a block comment ends; PostgreSQL nests them."""
    depth = 1
    while depth and (mark := _BLOCK.search(text, position)) is not None:
        depth += 1 if mark[0] == "/*" else -1
        position = mark.end()
    return position if not depth else len(text)
