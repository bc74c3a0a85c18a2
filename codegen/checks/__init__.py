"""What the shapes of the models cannot say: names that must agree, inside a file and between."""

from __future__ import annotations

from codegen.checks.finding import Finding

__all__ = ["Finding", "check_between_feeds", "check_extract", "check_feed", "check_source"]
from collections.abc import Iterator
from typing import Any
def check_source(*a: Any) -> Iterator[Finding]: return iter(())
def check_extract(*a: Any) -> Iterator[Finding]: return iter(())
def check_feed(*a: Any) -> Iterator[Any]: return iter(())
def check_between_feeds(*a: Any) -> Iterator[Any]: return iter(())
