"""Errors of the driver: each has a message, whatever Python strips."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rawcore.errors import EmptyFile, RawcoreError, TruncatedFile

ROOT = Path(__file__).parents[2]


def every(kind: type[RawcoreError]) -> Iterator[type[RawcoreError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from every(below)


@pytest.mark.parametrize("kind", list(every(RawcoreError)), ids=lambda kind: kind.__name__)
def test_a_message_is_a_sentence_that_facts_fill(kind: type[RawcoreError]) -> None:
    facts = re.findall(r"{(\w+)}", kind.message)
    text = str(kind(**{name: f"<{name}>" for name in facts}))
    assert text
    assert "  " not in text
    assert all(f"<{name}>" in text for name in facts)


def test_messages_outlive_docstrings() -> None:
    """`python -OO` has no docstrings."""
    code = """
from rawcore.errors import EmptyFile, TruncatedFile
print(EmptyFile.__doc__, EmptyFile(), sep="\\n")
print(TruncatedFile(characters=2, rows=3, cause="it broke off"))
"""
    shown = subprocess.run(
        [sys.executable, "-OO", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert shown == [
        "None",
        str(EmptyFile()),
        str(TruncatedFile(characters=2, rows=3, cause="it broke off")),
    ]
