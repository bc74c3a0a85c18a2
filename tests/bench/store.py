"""Very many objects in S3: listed, registered, planned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from codegen.contract.model import Feed
from rawcore.demo.names import delta_span, file_name, known_tenants
from rawcore.local.weed import Weed, running
from tests.bench.contest import Contest
from tests.bench.data import FIRST
from tests.bench.driver import Ran, drive

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "bench"
_THREADS = 16


@dataclass(frozen=True)
class Objects:
    """Seconds to list, register and plan so many objects: all new, and again without changes."""

    objects: int
    first: Ran
    again: Ran


@contextmanager
def bucket(contest: Contest) -> Iterator[tuple[Weed, S3Client, dict[str, str]]]:
    """Run an S3 server with one bucket; yield it, a client, and the settings of the driver."""
    with running(contest.folder / "weed") as weed:
        weed.make_bucket(BUCKET)
        yield weed, weed.client(), weed.environment | {"S3_BUCKET_NAME": BUCKET}


def _names(feed: Feed) -> Iterator[str]:
    """Yield the names of whole deliveries, night after night."""
    night = FIRST
    while True:
        for tenant in known_tenants(feed.source, 2):
            for extract in feed.load_order():
                yield file_name(feed.source, extract, tenant, delta_span(night, days=1), turn=0)
        night += timedelta(days=1)


def many_objects(contest: Contest, count: int) -> Objects:
    """Plan a run over so many new objects, and once more."""
    with bucket(contest) as (_, client, store), contest.database() as (_, url):

        def put(name: str) -> None:
            client.put_object(Bucket=BUCKET, Key=f"in/{name}", Body=name.encode())

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(put, islice(_names(contest.feed), count)))
        contest.settle()
        first = drive(url, store, contest.jobs, "plan", "--json")
        again = drive(url, store, contest.jobs, "plan", "--json")
    planned = [json.loads(ran.output) for ran in (first, again)]
    if [(len(one["plan"]), one["listing"]["new_objects"]) for one in planned] != [
        (count, count),
        (count, 0),
    ]:
        raise RuntimeError("the plan of the bench does not hold every object")
    return Objects(count, first, again)
