"""The documents: everything that they name exists, and everything that exists is named."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from rawcore.cli import cli
from rawcore.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
REFERENCE = (ROOT / "docs" / "reference.md").read_text()
OWN_FEED = (ROOT / "docs" / "your-own-feed.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def rows(text: str) -> set[str]:
    """Return what stands between backquotes, or alone, in the first cell of the rows of tables."""
    return set(re.findall(r"^\| `?([^|`]+?)`? \|", text, re.MULTILINE))


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings}


def make_targets(text: str) -> set[str]:
    """Return the make targets that a text names, in code or in backquotes."""
    named = re.findall(r"^make ([a-z-]+)|`make (?:-s )?([a-z-]+)", text, re.MULTILINE)
    return {one or other for one, other in named}


def contracts_in(text: str) -> dict[str, str]:
    """Return the contracts that a text shows, by path."""
    return dict(re.findall(r"```yaml\n# (contracts/\S+)\n(.*?)```", text, re.DOTALL))


def links(page: Path) -> Iterator[str]:
    """Yield the targets of the relative links of a page."""
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text())):
        if not re.match(r"[a-z]+:", target):
            yield target


def test_every_error_code_of_the_engine_is_explained() -> None:
    raised = {
        code
        for path in [*ROOT.glob("sql/**/*.sql"), *ROOT.glob("codegen/render/templates/*.j2")]
        for code in re.findall(r"ERRCODE = '(RC\d{3})'", path.read_text())
    }
    assert "RC001" in raised
    assert {code for code in rows(REFERENCE) if re.fullmatch(r"RC\d{3}", code)} == raised


def test_every_make_target_is_in_the_reference_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert make_targets(REFERENCE) == targets
    assert make_targets(README) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_setting_is_in_the_reference_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        (row,) = re.findall(rf"^\| `{name.upper()}` \| (.+?) \|", REFERENCE, re.MULTILINE)
        if field.default not in (None, ""):
            default = field.default
            text = str(default).lower() if isinstance(default, bool) else str(default)
            assert row == f"`{text}`", name


def test_every_command_option_and_mode_is_in_the_reference() -> None:
    run = cli.commands["run"]
    options = {option for one in run.params for option in one.opts} - {"--mode", "--json"}
    assert [option for option in options if f"`{option}" not in REFERENCE] == []
    assert [
        name for name in cli.commands if not re.search(rf"^\| `{name}\b", REFERENCE, re.M)
    ] == []
    mode = next(one.type for one in run.params if one.name == "mode")
    assert isinstance(mode, click.Choice)
    assert [name for name in mode.choices if f"`--mode {name}`" not in REFERENCE] == []


def test_the_contracts_of_the_own_feed_are_valid(tmp_path: Path) -> None:
    from codegen.contract.loading import load_feed

    shown = contracts_in(OWN_FEED)
    assert set(contracts_in(README).items()) <= set(shown.items())
    for name, text in shown.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    feed = load_feed(tmp_path / "contracts" / "shop")
    assert [extract.extract for extract in feed.load_order()] == ["orders"]


def test_the_glossary_defines_the_words_of_the_house() -> None:
    words = (
        "batch run file attempt delivery tenant shape full delta mirror counting late stale held"
        " horizon verdict reject warning lineage"
    )
    defined = re.findall(r"^\| (?!word |---)([^|]+?) \|", GLOSSARY, re.MULTILINE)
    assert sorted(set(words.split()) - set(defined)) == []
    assert len(defined) == len(set(defined))


def test_the_readme_is_one_page() -> None:
    assert len(README.splitlines()) <= 150


def test_documents_hold_no_path_of_a_machine_and_no_tab() -> None:
    for page in PAGES:
        text = page.read_text()
        assert not re.search(r"/(?:home|Users|tmp|work|root)/|\t", text), page
