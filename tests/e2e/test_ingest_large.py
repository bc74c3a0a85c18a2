"""The memory of the driver does not grow with the object."""

import io
import time
from pathlib import Path
from typing import IO, Any, cast

import psutil
import pytest

from tests.support.ingest import Driver, body, name, row
from tests.support.s3 import Bucket

pytestmark = [pytest.mark.s3, pytest.mark.slow]

MEGABYTE = 1_000_000
ROW = row("medicine", medicine_id="{}", medicine_name="Kōwhai oil", pharma_code="x" * 900)
BLOCK = 1_000


class Medicines(io.RawIOBase):
    """A file of medicines with ids from 1, made while it is read."""

    def __init__(self, rows: int) -> None:
        self._blocks = iter(range(1, rows + 1, BLOCK))
        self._rows, self._left, self.size = rows, b"", 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size and (first := next(self._blocks, None)) is not None:
            numbers = range(first, min(first + BLOCK, self._rows + 1))
            self._left += body([ROW.replace("{}", str(n)) for n in numbers])
        piece, self._left = self._left[:size], self._left[size:]
        self.size += len(piece)
        return piece


def peak_memory(pid: int) -> int:
    """Return the greatest memory of a process to its end, in bytes."""
    peak, status = 0, Path(f"/proc/{pid}/status")
    try:
        seen = psutil.Process(pid)
        while seen.is_running() and seen.status() != psutil.STATUS_ZOMBIE:
            lines = status.read_text().splitlines() if status.exists() else []
            marks = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
            peak = max([peak, seen.memory_info().rss, *marks])
            time.sleep(0.05)
    except (psutil.Error, OSError):
        pass  # it has ended
    return peak


def test_memory_stays_small_for_a_large_object(driver: Driver, bucket: Bucket) -> None:
    rows = 540_000
    made = Medicines(rows)
    bucket.client.upload_fileobj(cast("IO[Any]", made), bucket.name, name("Medicine", 1))
    assert made.size > 1_000 * MEGABYTE
    process = driver.start()
    peak = peak_memory(process.pid)
    _, log = process.communicate()
    assert process.returncode == 0, log
    assert driver.value("SELECT count(*) FROM raw.medicine_raw") == rows
    assert peak < 150 * MEGABYTE
