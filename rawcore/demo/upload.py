"""Uploads a feed to the bucket, batch by batch, and remembers how far it got."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from codegen.contract.model import Feed
from rawcore.demo.feed import Delivery, FeedOptions, deliveries
from rawcore.local.folder import write_private
from rawcore.local.weed import Weed

_UPLOADS = 4  # uploads at once; so many objects are in memory


@dataclass
class UploadedBatch:
    """What one delivery uploaded to the bucket."""

    number: int
    objects: int = 0
    rows: int = 0
    size: int = 0
    notes: tuple[str, ...] = ()


class Uploader:
    """Uploads one feed to one bucket; existing objects stay."""

    def __init__(self, server: Weed, bucket: str, feed: Feed, options: FeedOptions) -> None:
        self._server, self._bucket = server, bucket
        self._feed, self._options = feed, options
        self._state = server.directory / f"feed-{bucket}.json"

    @property
    def done(self) -> int:
        """Number of batches in the bucket."""
        batches = self._read().get("batches", 0)
        return batches if isinstance(batches, int) else 0

    @property
    def complete(self) -> bool:
        """Whether the whole feed is in the bucket."""
        return self.done >= self._options.batches

    @property
    def differs(self) -> bool:
        """Whether the bucket has a feed of another seed or size."""
        return self.done > 0 and self._read().get("made") != self._made

    def batches(self) -> Iterator[UploadedBatch]:
        """Upload the missing batches; yield each one when it is complete."""
        made = deliveries(self._feed, self._options.seed, self._options)
        for number, group in groupby(made, key=lambda delivery: delivery.batch):
            if number <= self.done:
                continue
            batch = self._upload(number, group)
            state = {"made": self._made, "batches": number}
            write_private(self._state, json.dumps(state) + "\n")
            yield batch

    @property
    def _made(self) -> str:
        return repr(self._options)

    def _read(self) -> dict[str, object]:
        if not self._state.exists():
            return {}
        state: dict[str, object] = json.loads(self._state.read_text())
        return state

    def _upload(self, number: int, group: Iterator[Delivery]) -> UploadedBatch:
        """Upload in several threads; a key occurs once in a delivery, so their order is free."""
        batch = UploadedBatch(number)
        client = self._server.client()

        def put(delivery: Delivery) -> None:
            client.put_object(Bucket=self._bucket, Key=delivery.key, Body=delivery.body)

        running: list[Future[None]] = []
        with ThreadPoolExecutor(_UPLOADS) as pool:
            for delivery in group:
                running.append(pool.submit(put, delivery))
                batch.objects += 1
                batch.rows += delivery.rows
                batch.size += len(delivery.body)
                batch.notes += (delivery.note,) if delivery.note else ()
                if len(running) >= _UPLOADS:
                    running.pop(0).result()
            for future in running:
                future.result()
        return batch


def write_settings(path: Path, settings: dict[str, str]) -> None:
    """Write settings so that a shell can read them; only the user can."""
    lines = [f"export {name}='{value}'" for name, value in sorted(settings.items())]
    write_private(path, "\n".join(lines) + "\n")
