"""The plan of a run: files in order, batches, what is left and why, how long it may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rawcore import console

Row = dict[str, Any]
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What SQL planned: a row per open file (or only those held), a row per batch and tenant."""

    files: Sequence[Row]
    batches: Sequence[Row]
    done: Row

    def count(self, *actions: str) -> int:
        """Return how many files are to land, process, hold or leave."""
        return sum(row[action] for row in self.batches for action in actions)

    @property
    def todo(self) -> int:
        """How many files a run would land and process."""
        return self.count("land", "process")

    @property
    def held(self) -> list[Row]:
        """The files that wait for a tenant, a decision, or the rest of their batch."""
        return [row for row in self.files if row["action"] == "hold"]

    @property
    def bytes_to_land(self) -> int:
        """Size of the files to land."""
        return sum(row["bytes"] for row in self.batches)

    @property
    def incomplete(self) -> list[Row]:
        """The batches that lack an extract."""
        names = ("batch", "tenant", "missing")
        return [{name: row[name] for name in names} for row in self.batches if row["missing"]]

    @property
    def exit_code(self) -> int:
        """1 if there is nothing to do but a batch that is held back, else 0."""
        return int(not self.todo and any(row["status"] != "held" for row in self.held))

    @property
    def seconds(self) -> float | None:
        """How long it may take by what was measured lately; None: nothing was."""
        known = [float(row["seconds"]) for row in self.batches if row["seconds"] is not None]
        return round(sum(known), 2) if known else None

    def document(self) -> Row:
        """Return it for --json."""
        return {
            "estimated_seconds": self.seconds,
            "bytes_to_land": self.bytes_to_land,
            "batches": self.batches,
            "plan": self.files,
            "done": self.done,
        }

    def show(self) -> None:
        """Print it for people."""
        if self.batches:
            console.show("Batches", self.batches)
        if self.files:
            console.show("What a run would do", self.files[:_SHOWN])
        if len(self.files) > _SHOWN:
            console.say(f"… and {len(self.files) - _SHOWN:,} more files: --json shows all.")
        about = f", about {self.seconds:,} s by what was measured lately" if self.seconds else ""
        done = ", ".join(f"{count:,} {status}" for status, count in self.done.items())
        if self.todo:
            size = f"{self.bytes_to_land:,} bytes to land"
            console.say(f"{self.todo:,} file(s) to do, {size}{about}.")
        if done:
            console.say(f"Done before: {done}.")
