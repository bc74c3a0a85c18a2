"""The commands that only read: their exit codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from rawcore.driver import report
from rawcore.settings import Settings

FINDING = {"check_name": "stale", "load_run_file_id": 1, "problem": "made by other rules"}


@pytest.mark.parametrize(("found", "code"), [([], 0), ([FINDING], 1)])
def test_verify_ends_with_1_when_something_was_found(
    found: list[dict[str, Any]], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def looking(*_: object) -> Iterator[SimpleNamespace]:
        rows = {"verify": found, "list_extracts": [{"extract": "things"}], "report_health": found}
        yield SimpleNamespace(
            rows=lambda function, *_: rows[function], source=SimpleNamespace(name="shop")
        )

    monkeypatch.setattr(report, "_looking", looking)
    assert report.verify(Settings(), [], as_json=False) == code
    assert report.health(Settings(), as_json=True) == 0
