"""The driver in its own process, forked from one that has imported it already.

Importing takes most of a short run. What is forked has its own environment, output and exit code,
as `python ingest.py` has; `Driver.start` is that command itself.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rawcore.cli import main

ROOT = Path(__file__).parents[2]
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [__name__, "rawcore.driver.run", "rawcore.stores.s3_client", "boto3", "rich.table"]
)


def run(
    arguments: Sequence[str], environment: Mapping[str, str], timeout: float
) -> tuple[int, str, str]:
    """Run the driver to its end; return its exit code, stdout and stderr."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("out", "err")]
        process = _CONTEXT.Process(target=_main, args=(arguments, environment, paths))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["ingest.py", *arguments], timeout)
        out, err = (path.read_text() for path in paths)
        return process.exitcode, out, err


def _main(arguments: Sequence[str], environment: Mapping[str, str], paths: Sequence[Path]) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(paths, start=1):
        with path.open("w") as file:
            os.dup2(file.fileno(), number)
    sys.argv = ["ingest.py", *arguments]
    main()
