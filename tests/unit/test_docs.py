"""The documents: what they name exists, and what exists is named."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from rawcore.cli import cli
from rawcore.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def rows(text: str) -> set[str]:
    """Return what stands between backquotes, or alone, in the first cell of the rows of tables."""
    return set(re.findall(r"^\| `?([^|`]+?)`? \|", text, re.MULTILINE))


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings}


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
    assert {code for code in rows(README) if re.fullmatch(r"RC\d{3}", code)} == raised


def test_every_make_target_is_in_the_readme_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)|`make (?:-s )?([a-z-]+)", README, re.MULTILINE))
    assert {one or other for one, other in named} == targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        (row,) = re.findall(rf"^\| `{name.upper()}` \| (.+?) \|", README, re.MULTILINE)
        if field.default not in (None, ""):
            default = field.default
            text = str(default).lower() if isinstance(default, bool) else str(default)
            assert row == f"`{text}`", name


def test_every_command_option_and_mode_is_in_the_readme() -> None:
    run = cli.commands["run"]
    options = {option for one in run.params for option in one.opts} - {"--mode", "--json"}
    assert [option for option in options if f"`{option}" not in README] == []
    assert [name for name in cli.commands if not re.search(rf"^\| `{name}\b", README, re.M)] == []
    mode = next(one.type for one in run.params if one.name == "mode")
    assert isinstance(mode, click.Choice)
    assert [name for name in mode.choices if f"`--mode {name}`" not in README] == []


def test_the_contracts_of_the_readme_are_valid(tmp_path: Path) -> None:
    from codegen.contract.loading import load_feed

    shown = re.findall(r"```yaml\n# (contracts/\S+)\n(.*?)```", README, re.DOTALL)
    for name, text in shown:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    feed = load_feed(tmp_path / "contracts" / "shop")
    assert [extract.extract for extract in feed.load_order()] == ["orders"]


def test_documents_hold_no_path_of_a_machine_and_no_tab() -> None:
    for page in PAGES:
        text = page.read_text()
        assert not re.search(r"/(?:home|Users|tmp|work|root)/|\t", text), page
