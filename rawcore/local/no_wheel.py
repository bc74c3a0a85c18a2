"""The build backend of pyproject.toml: it refuses to build a wheel of rawcore (decision 0012)."""

from __future__ import annotations

import sys
from typing import NoReturn

MESSAGE = """
rawcore is used from a clone or a container image: no wheel of it is built, because migrations,
templates, contracts and sql/ are not parts of a package.
In a clone: make setup. On a server: make setup-server, or pip install -r requirements.lock, then
python ingest.py. See docs/decisions/0012-no-wheel.md.
"""


def build_wheel(*arguments: object, **options: object) -> NoReturn:
    """Refuse to build, and state how to install."""
    print(MESSAGE, file=sys.stderr)
    sys.exit(1)


build_editable = build_sdist = build_wheel
