"""What `ingest.py run` or `plan` was asked to do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

PLAN_ARGUMENTS = (
    "%s::text, %s::timestamp, %s::timestamp, %s::timestamp, %s::text[], %s::text, %s, %s::text,"
    " %s::jsonb"
)
"""Placeholders of Options.plan_arguments()."""


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

    def plan_arguments(self, bucket: str | None) -> list[object]:
        """Return what follows source or run in etl.plan_files, etl.plan_batches, etl.plan_run."""
        times = (self.date_from, self.date_to, self.batch)
        overrides = json.dumps(dict(self.overrides))
        extracts = list(self.extracts) or None
        return [self.mode, *times, extracts, self.prefix, self.force, bucket, overrides]

    def parameters(self) -> str:
        """Return the options as JSON, as they are kept with the run."""
        said = {
            name: value for name, value in asdict(self).items() if value not in (None, (), False)
        }
        said.pop("as_json", None)
        said["overrides"] = dict(self.overrides)
        return json.dumps(said, default=str)
