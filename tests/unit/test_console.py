"""Whatever a key or a text holds, it cannot steer a terminal or forge a line of the log."""

import json
from collections.abc import Callable

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from rawcore import console
from rawcore.errors import ObjectMissing, printable

HOSTILE = "a\x1b[2J\u202eb\r\nrawcore: done\x9b\u2028c"
SHOWN = r"a\x1b[2J\u202eb\r\nrawcore: done\x9b\u2028c"


@given(st.text())
def test_a_printable_text_has_only_printable_characters(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(text) == text or not text.isprintable()


def test_names_of_other_scripts_stay_as_they_are() -> None:
    assert printable("Tūī Rōpū 東京") == "Tūī Rōpū 東京"


@pytest.mark.parametrize(
    "print_it",
    [
        lambda: console.show("Files", [{"s3_key": HOSTILE, "n": 1}]),
        lambda: console.show_records("Files", [{"s3_key": HOSTILE}]),
        lambda: console.say(HOSTILE.replace("\r\n", "")),
        lambda: console.print_json({"files": [{"s3_key": HOSTILE}]}),
    ],
    ids=["table", "records", "line", "json"],
)
def test_what_is_printed_cannot_steer_a_terminal(
    print_it: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    print_it()
    out = capsys.readouterr().out
    assert [one for one in out if not one.isprintable() and one != "\n"] == []


@pytest.mark.parametrize("style", ["console", "json"])
def test_a_line_of_the_log_stays_one_line(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.make_log(style).info("landed", key=HOSTILE)
    structlog.reset_defaults()
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert [one for one in err if not one.isprintable() and one != "\n"] == []
    if style == "json":
        assert json.loads(err)["key"] == HOSTILE


def test_an_error_shows_what_it_names_with_escapes() -> None:
    error = ObjectMissing(key=HOSTILE)
    assert SHOWN in str(error)
    assert error.facts["key"] == HOSTILE
