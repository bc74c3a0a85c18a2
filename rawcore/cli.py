"""The command line of `ingest.py`: options in, exit code out."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from rawcore import __version__
from rawcore.errors import NoLocalServer, PackageMissing, RawcoreError, Stopped

if TYPE_CHECKING:
    from rawcore.settings import Settings

MODES = ("new", "latest", "backfill", "batch", "retry")
_FORMATS = ("%y%m%d%H%M", "%Y%m%d%H%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d")


class BatchTime(click.ParamType[datetime]):
    """A DateExtracted as in file names (YYMMDDHHMM), or written out; local time of the source."""

    name = "YYMMDDHHMM"

    def __init__(self, end_of_day: bool = False) -> None:
        self._end_of_day = end_of_day

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the time; a date alone means its first minute, or its last one with end_of_day."""
        if isinstance(value, datetime):
            return value
        lengths = {10: _FORMATS[:1] + _FORMATS[4:], 12: _FORMATS[1:2], 16: _FORMATS[2:4]}
        for form in lengths.get(len(value), ()):
            try:
                found = datetime.strptime(value, form)  # noqa: DTZ007 -- local time of the source
            except ValueError:
                continue
            whole_day = form == "%Y-%m-%d" and self._end_of_day
            return found + timedelta(days=1, minutes=-1) if whole_day else found
        return self.fail(f"{value} is not a time like 2508190850 or 2025-08-19 08:50", param, ctx)


class DefaultGroup(click.Group):
    """A group with the default command `run`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert `run` if the first argument is not a command."""
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["--help"]})
@click.version_option(__version__, prog_name="rawcore")
def cli() -> None:
    """Load delimited files from S3 into PostgreSQL. Without a command: run.

    \b
    Settings come from the environment and .env:
      S3_BUCKET_NAME     the bucket, or file:///path for a folder
      S3_BUCKET_PREFIX   read only keys that start with it
      DATABASE_URL       PostgreSQL; unset: the embedded server of this clone
      AWS_...            credentials, region, endpoint, as boto3 reads them
      RAWCORE_SOURCE, RAWCORE_JOBS, RAWCORE_LOG (console or json)

    \b
    Exit codes:
      0  done, or nothing to do
      1  finished, but a file failed, is held, or a check found something
      2  wrong usage, settings, contracts or credentials
      3  S3 or the database cannot be reached, after retries
      4  another run holds the source
    """  # noqa: D301 -- click wants the character


def _choice(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that choose files."""
    for option in reversed(
        (
            click.option(
                "--mode",
                type=click.Choice(MODES),
                help="Which files; default: new, or what --batch, --from and --to ask for.",
            ),
            click.option("--from", type=BatchTime(), help="First batch of a backfill."),
            click.option("--to", type=BatchTime(end_of_day=True), help="Last batch of a backfill."),
            click.option("--batch", type=BatchTime(), help="This batch only."),
            click.option(
                "--extract", "extracts", multiple=True, help="Only this extract; repeatable."
            ),
            click.option("--prefix", help="Only keys that start with it."),
            click.option("--force", is_flag=True, help="Land failed files again."),
            click.option(
                "--set",
                "overrides",
                multiple=True,
                metavar="NAME=VALUE",
                help="A threshold or flag for this run; repeatable.",
            ),
            click.option("--jobs", type=click.IntRange(1, 64), help="Worker threads."),
            click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        )
    ):
        function = option(function)
    return function


_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@cli.command()
@_choice
@click.option("--join", type=int, metavar="RUN", help="Share the work of a run that is under way.")
@click.option(
    "--kind",
    type=click.Choice(["full", "delta"]),
    help="The kind of the files whose names do not tell it.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--note", help="A remark that is kept with the run.")
def run(jobs: int | None, join: int | None, dry_run: bool, as_json: bool, **chosen: Any) -> None:
    """Find new files, load them and process them.

    \b
    Modes:
      new       everything that is pending, oldest batch first
      latest    the newest batch only
      backfill  the batches of --from to --to
      batch     the batch of --batch
      retry     what failed before

    A batch is named by its DateExtracted: 2508190850, or "2025-08-19 08:50".
    """  # noqa: D301 -- click wants the character
    from rawcore.driver.run import run as do_run

    settings = _settings(needs_store=True, rawcore_jobs=jobs)
    code = do_run(settings, _options(chosen), join=join, dry_run=dry_run, as_json=as_json)
    sys.exit(code)


@cli.command()
@_choice
def plan(jobs: int | None, as_json: bool, **chosen: Any) -> None:
    """Show what a run would do, and why."""
    from rawcore.driver.run import plan as do_plan

    settings = _settings(needs_store=True, rawcore_jobs=jobs)
    sys.exit(do_plan(settings, _options(chosen), as_json=as_json))


@cli.command()
@_json
def status(as_json: bool) -> None:
    """Show the newest runs and the state of the files."""
    from rawcore.driver.report import status as do_status

    sys.exit(do_status(_settings(), as_json))


@cli.command()
@_json
def health(as_json: bool) -> None:
    """Show what needs attention."""
    from rawcore.driver.report import health as do_health

    sys.exit(do_health(_settings(), as_json))


@cli.command()
@click.argument("table")
@click.argument("key", nargs=-1)
@_json
def trace(table: str, key: tuple[str, ...], as_json: bool) -> None:
    """Show where the rows of a KEY in a TABLE of core came from.

    KEY is the natural key, value by value, with the tenant before it or without; or NAME=VALUE
    pairs of both.
    """
    from rawcore.driver.report import trace as do_trace

    sys.exit(do_trace(_settings(), table, key, as_json))


@cli.command()
@click.argument("extracts", nargs=-1, metavar="[EXTRACT]...")
@_json
def verify(extracts: tuple[str, ...], as_json: bool) -> None:
    """Check that raw, stg, core and counts agree.

    Without an EXTRACT all are checked. Every violation is shown; any ends with exit code 1.
    """
    from rawcore.driver.report import verify as do_verify

    sys.exit(do_verify(_settings(), extracts, as_json))


@cli.command()
@click.option("--diff", "as_diff", is_flag=True, help="Print the diffs only, for patch -p1.")
@click.option("--accept", type=int, metavar="ID", help="Record that a proposal is accepted.")
@click.option("--decline", type=int, metavar="ID", help="Record that a proposal is declined.")
@click.option("--reason", help="Why, kept with the decision.")
@_json
def drift(**wanted: Any) -> None:
    """Propose contract edits for files that failed because of drift.

    The first rows of these files are read again. No contract is changed: a proposal is kept in
    etl.schema_drift until it is accepted or declined. Ends with 1 while files fail for drift.
    """
    from rawcore.driver.drift import Wanted
    from rawcore.driver.drift import drift as do_drift

    if wanted["accept"] is not None and wanted["decline"] is not None:
        raise click.UsageError("give --accept or --decline, not both")
    looks = wanted["accept"] is None and wanted["decline"] is None
    if looks and wanted["reason"]:
        raise click.UsageError("--reason needs --accept or --decline")
    if not looks and not wanted["reason"]:
        raise click.UsageError("--accept and --decline need --reason: it is kept with the decision")
    sys.exit(do_drift(_settings(needs_store=looks), Wanted(**wanted)))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"[a-z][a-z0-9_.]*", name):
        raise click.BadParameter(f"{text} is not NAME=VALUE", param_hint="--set")
    return name, value


def _options(chosen: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given, as the document that etl.read_options reads."""
    given = {name: value for name, value in chosen.items() if value not in (None, (), False)}
    for name in given.keys() & {"from", "to", "batch"}:
        given[name] = f"{given[name]:%Y-%m-%d %H:%M}"
    if "extracts" in given:
        given["extracts"] = list(given["extracts"])
    if "overrides" in given:
        given["overrides"] = dict(_pair(one) for one in given["overrides"])
    return given


def _settings(needs_store: bool = False, **given: object) -> Settings:
    """Read the settings; without DATABASE_URL, start the embedded server and use its URL."""
    from rawcore.settings import load_settings

    settings = load_settings(needs_store, **given)
    if settings.database_url is not None:
        return settings
    from rawcore.local import embedded
    from rawcore.local.wheels import ServerError

    try:
        embedded.ensure_running()
    except ServerError as error:
        raise NoLocalServer(problem=str(error)) from error
    return settings.at(embedded.driver_url())


def main() -> None:
    """Run the command; every error ends in one line on stderr and its exit code."""
    try:
        cli()
    except Stopped as error:
        click.echo(f"rawcore: {error}", err=True)
        sys.exit(143 if error.facts.get("signal") == "SIGTERM" else 130)
    except RawcoreError as error:
        click.echo(f"rawcore: {error}", err=True)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        click.echo(f"rawcore: {PackageMissing.of(error)}", err=True)
        sys.exit(2)
    except Exception as error:  # its text could hold values: print only its class and place
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        click.echo(f"rawcore: internal error {type(error).__name__} at {place}", err=True)
        sys.exit(1)
