"""How far it is from the command line to the first COPY, for somebody who reads along."""

import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from click.testing import CliRunner

from rawcore import cli
from rawcore.driver import landing
from tests.support.engine import Engine

ROOT = Path(cli.__file__).parent


def test_five_modules_of_driver_and_stores_lead_to_the_first_copy(
    depot: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    depot.deliver("picks", [["a", "1", "1", "10"]])
    for name, value in {
        "DATABASE_URL": depot.database.driver_url,
        "S3_BUCKET_NAME": f"file://{depot.folder}",
        "RAWCORE_CONTRACTS": str(depot.folder),
    }.items():
        monkeypatch.setenv(name, value)
    passed: set[str] = set()
    copied = threading.Event()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        code, path = frame.f_code, Path(frame.f_code.co_filename)
        if event != "call" or copied.is_set() or not path.is_relative_to(ROOT):
            return
        if code.co_name != "<module>":  # not what is only imported
            passed.add(path.relative_to(ROOT).as_posix())
        if code is landing.AheadWriter.__init__.__code__:
            copied.set()

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        done = CliRunner().invoke(cli.cli, ["--jobs", "1"])
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert done.exit_code == 0, done.output
    assert copied.is_set()
    assert sorted(one for one in passed if one.startswith(("driver/", "stores/"))) == [
        "driver/crew.py",
        "driver/landing.py",
        "driver/run.py",
        "driver/session.py",
        "stores/store.py",
    ]
