"""The command line: meaning of options, and exit codes of errors."""
# ruff: noqa: DTZ001 -- batches are local times of the source

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rawcore import cli
from rawcore.driver.options import Options
from rawcore.errors import SourceBusy


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Options]:
    """Collect the options of runs instead of running."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("S3_BUCKET_NAME", "landing")
    monkeypatch.setenv("DATABASE_URL", "postgresql:///")
    monkeypatch.delenv("RAWCORE_JOBS", raising=False)
    seen: list[Options] = []

    def do_run(settings: Any, options: Options) -> int:
        seen.append(options)
        return 0

    monkeypatch.setattr("rawcore.driver.run.run", do_run)
    return seen


def call(*arguments: str) -> int:
    return CliRunner().invoke(cli.cli, arguments).exit_code


def test_run_is_the_default_command(asked: list[Options]) -> None:
    assert [call(), call("run"), call("--force")] == [0, 0, 0]
    assert [(one.mode, one.force) for one in asked] == [
        ("new", False),
        ("new", False),
        ("new", True),
    ]


def test_batches_are_named_as_in_file_names_or_written_out(asked: list[Options]) -> None:
    call("--batch", "2508190850")
    call("--from", "2025-08-19", "--to", "2025-08-20")
    assert (asked[0].mode, asked[0].batch) == ("batch", datetime(2025, 8, 19, 8, 50))
    assert asked[1].mode == "backfill"
    assert asked[1].date_from == datetime(2025, 8, 19)
    assert asked[1].date_to == datetime(2025, 8, 20, 23, 59)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--mode", "batch"),
        ("--mode", "backfill"),
        ("--from", "2025-08-20", "--to", "2025-08-19"),
        ("--mode", "latest", "--batch", "2508190850"),
        ("--batch", "2513320850"),
        ("--set", "nothing"),
        ("--jobs", "0"),
        ("nonsense",),
    ],
)
def test_wrong_usage_ends_with_2(asked: list[Options], arguments: tuple[str, ...]) -> None:
    assert call(*arguments) == 2
    assert asked == []


def test_options_are_kept_with_the_run(asked: list[Options]) -> None:
    call("--extract", "a", "--extract", "b", "--set", "reject_rate=0.5", "--jobs", "3")
    (options,) = asked
    assert (options.extracts, options.jobs) == (("a", "b"), 3)
    assert '"overrides": {"reject_rate": "0.5"}' in options.parameters()


def ended(monkeypatch: pytest.MonkeyPatch, error: Exception) -> int:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "cli", fail)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert isinstance(end.value.code, int)
    return end.value.code


def test_an_error_is_one_line_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, SourceBusy(source="x")) == 4
    assert capsys.readouterr().err.startswith("rawcore: Another run holds source x: wait")


def test_an_error_nobody_expected_tells_no_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, ValueError("ZZZ0016")) == 1
    text = capsys.readouterr().err
    assert "internal error ValueError at" in text
    assert "ZZZ0016" not in text
