"""Runs `python ingest.py` as a user does, and measures time and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
_LOOK_SECONDS = 0.05
_STOPPED = 143
_OURS = ("AWS_", "S3_", "RAWCORE_", "DATABASE_URL", "PYTHON")
"""What a crontab does not hold: the run takes it from its arguments, or does without."""


@dataclass(frozen=True)
class Ran:
    """One run of the driver: seconds from start to end, greatest memory in bytes, stdout."""

    seconds: float
    peak_bytes: int
    output: str = field(default="", repr=False)


def ingest(url: str, folder: Path, jobs: int) -> Ran:
    """Load what is new below a folder."""
    return drive(url, {"S3_BUCKET_NAME": f"file://{folder}"}, jobs, "run", "--json")


def drive(
    url: str,
    store: Mapping[str, str],
    jobs: int,
    *arguments: str,
    until: Callable[[], bool] | None = None,
) -> Ran:
    """Run the driver on a store. Raises CalledProcessError if it does not end with 0.

    It is stopped, politely, when `until` says so: looked at once a second.
    The memory is the high-water mark the kernel keeps (VmHWM); where it keeps none, the greatest
    value seen.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
    environment |= {"DATABASE_URL": url, **store}
    environment |= {"RAWCORE_JOBS": str(jobs), "RAWCORE_LOG": "json"}
    command = [sys.executable, "ingest.py", *arguments]
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    peaks = [0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
    watcher.start()
    stopped = False
    while until is not None and process.poll() is None and not stopped:
        time.sleep(1)
        stopped = until()
    if stopped:
        process.terminate()
    output, log = process.communicate()
    seconds = time.monotonic() - began
    watcher.join()
    if process.returncode != (_STOPPED if stopped else 0):
        print(output[-3000:], log[-3000:], sep="\n", file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command)
    return Ran(seconds, max(peaks), output)


def _watch(pid: int, peaks: list[int]) -> None:
    status = Path(f"/proc/{pid}/status")
    try:
        seen = psutil.Process(pid)
        while seen.is_running() and seen.status() != psutil.STATUS_ZOMBIE:
            lines = status.read_text().splitlines() if status.exists() else []
            marks = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
            peaks.append(marks[0] if marks else seen.memory_info().rss)
            time.sleep(_LOOK_SECONDS)
    except (psutil.Error, OSError):
        pass  # it has ended
