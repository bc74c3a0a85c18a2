"""`--strict-skips`: what is skipped in CI without a listed reason fails the run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import skips

ROOT = Path(__file__).parents[2]
ALLOWED = sorted(skips.ALLOWED)[0]


def run(folder: Path, reason: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest over one test that passes and one that is skipped for the reason."""
    (folder / "test_it.py").write_text(
        f"import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip({reason!r})\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.support.skips",
        "-p",
        "no:cacheprovider",
    ]
    command += ["-c", "/dev/null", "--rootdir", str(folder), str(folder), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_reason_that_is_not_listed_fails_the_run(tmp_path: Path, workers: str) -> None:
    done = run(tmp_path, "no pgbouncer here", "--strict-skips", "-n", workers)
    assert done.returncode == 1
    assert "test_it.py::test_b: no pgbouncer here" in done.stdout
    assert "1 passed, 1 skipped" in done.stdout


@pytest.mark.parametrize(
    ("reason", "options"), [(ALLOWED, ["--strict-skips"]), ("no pgbouncer here", [])]
)
def test_a_listed_reason_passes_and_so_does_any_without_the_option(
    tmp_path: Path, reason: str, options: list[str]
) -> None:
    assert run(tmp_path, reason, *options).returncode == 0


def test_every_listed_reason_is_one_of_a_test() -> None:
    texts = "".join(path.read_text() for path in (ROOT / "tests").glob("*/test_*.py"))
    assert [reason for reason in skips.ALLOWED if f'"{reason}"' not in texts] == []
