"""`make demo`: from nothing to a loaded core, with a feed generated from the contracts."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg
from rich.console import Console

from codegen.contract.errors import ContractErrors
from codegen.contract.loading import load_feeds
from codegen.contract.model import Feed
from codegen.migration import migrate
from rawcore.demo.feed import FeedOptions
from rawcore.demo.show import Showcase
from rawcore.demo.sizes import DEFAULT_ROWS
from rawcore.demo.upload import UploadedBatch, Uploader, write_settings
from rawcore.local import embedded, weed
from rawcore.local.folder import LOCAL
from rawcore.local.wheels import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = LOCAL.parent
BUCKET = "rawcore-demo"
SETTINGS = LOCAL / "demo.env"
_STEPS = 5
_NOTES = {
    "late": "a late file of an earlier delivery",
    "corrected": "an earlier file corrected, under its old key",
    "fits no pattern": "a name that fits no pattern",
    "unknown tenant": "a file of an unknown tenant, which will be held",
}


def _console() -> Console:
    """Return a console that is wide enough for tables if the output is not a terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=140)


@dataclass
class Demo:
    """One run of the demo; each step prints one line."""

    feed: Feed
    options: FeedOptions
    console: Console = field(default_factory=lambda: _console())
    _step: int = 0

    def run(self) -> int:
        """Run all steps; return the exit code: 0, or 1 if a file failed or a run ended early."""
        began = time.monotonic()
        with self._doing("PostgreSQL 18 starts below .local/postgres"):
            embedded.ensure_running()
        with self._doing("SeaweedFS, an S3 server, starts below .local/weed, with versions kept"):
            server = weed.ensure_running()
            server.make_bucket(BUCKET)
        with self._doing(
            "Migrations make schemas, tables and routines; pseudonyms get a random key"
        ):
            self._migrate()
        settings = self._settings(server)
        uploader = Uploader(server, BUCKET, self.feed, self.options)
        if uploader.differs:
            self.console.print(
                "      The bucket has another feed, which is kept; `make clean` removes it."
            )
        code = self._ingest_batches(uploader, settings)
        if code > 1:
            self.console.print(f"      ingest.py ended with exit code {code}: see above.")
            return 1
        self._say("What is there now")
        showcase = Showcase(embedded.admin_url(), self.console)
        showcase.show()
        self._next_commands()
        self.console.print(f"\nDone in {time.monotonic() - began:.0f} s.")
        return 1 if showcase.failed_files() else 0

    def _say(self, text: str) -> None:
        self._step += 1
        self.console.print(f"[bold]\\[{self._step}/{_STEPS}][/bold] {text}")

    @contextmanager
    def _doing(self, text: str) -> Iterator[None]:
        began = time.monotonic()
        self._say(text)
        yield
        self.console.print(f"      done in {time.monotonic() - began:.1f} s", style="dim")

    def _migrate(self) -> None:
        migrate.apply(embedded.admin_url())
        embedded.grant_driver()
        with psycopg.connect(embedded.admin_url(), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM etl.pseudonym_keys").fetchone()
            if found is None:
                connection.execute("CALL etl.set_pseudonym_key(%s)", [secrets.token_hex(32)])

    def _settings(self, server: weed.Weed) -> dict[str, str]:
        """Write the settings of the driver for the user, and return them."""
        settings = {**server.environment, "S3_BUCKET_NAME": BUCKET}
        settings["RAWCORE_SOURCE"] = self.feed.source.source
        if os.environ.get("DATABASE_URL"):  # the demo must not use the user's own database
            settings["DATABASE_URL"] = embedded.driver_url()
        write_settings(SETTINGS, settings)
        return settings

    def _ingest_batches(self, uploader: Uploader, settings: dict[str, str]) -> int:
        """Upload and ingest missing batches, one by one; return an exit code above 1, or 0."""
        if uploader.complete:
            self._say("The feed is in the bucket already; ingest.py looks for new files")
            return self._ingest(settings)
        self._say(f"{self.options.batches} deliveries: each is made, uploaded and ingested")
        began = time.monotonic()
        for batch in uploader.batches():
            self._say_batch(batch, time.monotonic() - began)
            code = self._ingest(settings)
            if code > 1:
                return code
            began = time.monotonic()
        return 0

    def _say_batch(self, batch: UploadedBatch, seconds: float) -> None:
        odd = "; with " + ", ".join(_NOTES[note] for note in batch.notes) if batch.notes else ""
        self.console.print(
            f"      Delivery {batch.number}: {batch.objects} objects, {batch.rows:,} rows,"
            f" {batch.size / 1e6:,.0f} MB made and uploaded in {seconds:.1f} s{odd}."
        )

    def _ingest(self, settings: dict[str, str]) -> int:
        """Run the command that a user types."""
        self.console.print("      $ python ingest.py", style="bold")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "S3_"))}
        environment = {**kept, **settings, "DATABASE_URL": embedded.driver_url()}
        began = time.monotonic()
        command = [sys.executable, "ingest.py"]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        meaning = {0: "all is well", 1: "some files are held or failed, as the summary shows"}
        self.console.print(
            f"      exit code {code} after {time.monotonic() - began:.1f} s:"
            f" {meaning.get(code, 'it could not work')}"
        )
        return code

    def _next_commands(self) -> None:
        shown = SETTINGS.relative_to(ROOT)
        self.console.print("\n[bold]Next, type[/bold]")
        for command, purpose in (
            (f". {shown}", "the settings of the demo, for this shell"),
            ("python ingest.py status", "runs and files"),
            ("python ingest.py health", "what needs attention"),
            ("python ingest.py plan", "what a run would do, and names that cannot be read"),
            ("make psql", "the database: core, stg, raw, etl"),
            ("python -m rawcore.demo.feed --help", "feeds of other sizes"),
            ("make clean", "stop both servers and remove their data"),
        ):
            self.console.print(f"  {command:<38} [dim]{purpose}[/dim]")
        activate = Path(sys.prefix) / "bin" / "activate"
        if activate.exists() and activate.is_relative_to(ROOT):
            name = activate.relative_to(ROOT)
            self.console.print(f"  (python is that of this clone after: . {name})", style="dim")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--source", help="Source of the feed; default: the only one.")
@click.option("--rows", default=DEFAULT_ROWS, show_default=True, help="Approximate number of rows.")
@click.option(
    "--seed",
    default=1,
    show_default=True,
    help="Seed of the feed; another seed gives another feed.",
)
@click.option("--batches", default=4, show_default=True, help="Deliveries.")
def main(source: str | None, rows: int, seed: int, batches: int) -> None:
    """Show rawcore at work on this machine. You can run it as often as you like."""
    try:
        feeds = [
            feed for feed in load_feeds(ROOT / "contracts") if source in (None, feed.source.source)
        ]
    except ContractErrors as errors:
        raise click.ClickException(str(errors)) from errors
    if len(feeds) != 1:
        raise click.UsageError("--source has to name one of the sources of contracts/")
    try:
        sys.exit(Demo(feeds[0], FeedOptions(seed=seed, rows=rows, batches=batches)).run())
    except (ServerError, migrate.MigrationError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
