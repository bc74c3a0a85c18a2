"""The commands that only read: their exit codes."""

from types import SimpleNamespace
from typing import Any

import pytest

from rawcore.driver import reports
from rawcore.settings import Settings

FINDING = {"check_name": "stale", "load_run_file_id": 1, "problem": "made by other rules"}


@pytest.mark.parametrize(("found", "code"), [([], 0), ([FINDING], 1)])
def test_verify_ends_with_1_when_something_was_found(
    found: list[dict[str, Any]], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(*_: object) -> SimpleNamespace:
        return SimpleNamespace(query=lambda *_: found)

    monkeypatch.setattr(reports, "_look", look)
    assert reports.verify(Settings(), "things", as_json=False) == code
    assert reports.health(Settings(), as_json=True) == 0
