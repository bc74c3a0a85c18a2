"""The option `--strict-skips`, for CI: a skipped test fails the run unless its reason is listed."""

from collections.abc import Iterable

import pytest

ALLOWED = {
    # macOS has another name for the same socket option
    "this system names it otherwise",
    # a hosted runner is not root
    "only root may mount a small disk, and only where the system lets it",
}

_FOUND = pytest.StashKey[list[str]]()


def unexpected(skipped: Iterable[tuple[str, str]]) -> list[str]:
    """Return a line for each skipped test (place, reason) whose reason is not listed."""
    return [
        f"{place}: {reason}"
        for place, text in skipped
        if (reason := text.removeprefix("Skipped: ")) not in ALLOWED
    ]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(
        "--strict-skips",
        action="store_true",
        help="fail when a test is skipped for a reason that tests/support/skips.py does not list",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn success into failure; the process that reports does it, not the workers of xdist."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not session.config.getoption("--strict-skips") or reporter is None:
        return
    skipped = [
        (report.nodeid, report.longrepr[2])
        for report in reporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    ]
    session.config.stash[_FOUND] = unexpected(skipped)
    if session.config.stash[_FOUND] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name the tests that must not be skipped here."""
    found = config.stash.get(_FOUND, [])
    if found:
        terminalreporter.section("skipped, and not allowed with --strict-skips")
        for line in found:
            terminalreporter.line(line, red=True)
