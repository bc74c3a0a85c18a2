"""What `ingest.py run` or `plan` was asked to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run; times are local, as in file names."""

    mode: str = "new"
    date_from: datetime | None = None
    date_to: datetime | None = None
    batch: datetime | None = None
    extracts: tuple[str, ...] = ()
    prefix: str | None = None
    jobs: int = 2
    join: int | None = None
    kind: str | None = None
    overrides: tuple[tuple[str, str], ...] = ()
    force: bool = False
    dry_run: bool = False
    note: str | None = None
    as_json: bool = False

    def document(self, bucket: str | None) -> str:
        """Return the options as etl.read_options reads them, and as they are kept with the run."""
        given = {
            "mode": self.mode,
            "from": self.date_from,
            "to": self.date_to,
            "batch": self.batch,
            "extracts": list(self.extracts),
            "prefix": self.prefix,
            "bucket": bucket,
            "jobs": self.jobs,
            "kind": self.kind,
            "overrides": dict(self.overrides),
            "force": self.force,
            "note": self.note,
        }
        said = {name: value for name, value in given.items() if value not in (None, [], {}, False)}
        return json.dumps(said, default=str)
