"""Memory of the driver does not grow with the object."""

import time
from pathlib import Path

import psutil
import pytest

from tests.support.ingest import Driver, body, name, row
from tests.support.s3 import Bucket

pytestmark = [pytest.mark.s3, pytest.mark.slow]

MEGABYTE = 1_000_000
ROW = row("medicine", medicine_id="{}", medicine_name="Kōwhai oil", pharma_code="x" * 900)


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
    content = body([ROW.replace("{}", str(n)) for n in range(1, 81_000)])
    assert len(content) > 150 * MEGABYTE
    bucket.put(name("Medicine", 1), content)
    process = driver.start()
    peak = peak_memory(process.pid)
    _, log = process.communicate()
    assert process.returncode == 0, log
    assert driver.value("SELECT count(*) FROM raw.medicine_raw") == 80_999
    assert peak < 150 * MEGABYTE
