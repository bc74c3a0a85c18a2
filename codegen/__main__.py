"""`python -m codegen`: render contracts, write and apply migrations. The Makefile calls it.

What needs packages of the set `dev` is imported by its command: a server, which applies migrations,
does not have them.
"""

from __future__ import annotations

from pathlib import Path

import click

from codegen.authoring.exchange import FORMATS, NotImported, exported, write_imported
from codegen.authoring.newsource import NotStarted, write_source
from codegen.contract.errors import ContractErrors
from codegen.contract.fingerprint import contract_fingerprint
from codegen.contract.loading import CONTRACTS, SOURCE_FILE, load_feed, source_folders
from codegen.migration import migrate as migrations
from codegen.migration.desired import desired_objects, desired_state
from rawcore.errors import PackageMissing

ROOT = Path(__file__).resolve().parents[1]


def _not_of_one_source(context: click.Context, parameter: click.Parameter, contracts: Path) -> Path:
    if (contracts / SOURCE_FILE).is_file():
        raise click.BadParameter(f"{contracts} is one source: give the folder that contains it.")
    return contracts


contracts_option = click.option(
    "--contracts",
    type=click.Path(path_type=Path, file_okay=False),
    callback=_not_of_one_source,
    default=CONTRACTS,
    show_default="contracts/",
    help="Folder with one folder per source.",
)
folder_option = click.option(
    "--migrations",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=migrations.MIGRATIONS,
    show_default="migrations/",
    help="Folder with the migrations.",
)


@click.group()
def main() -> None:
    """Contracts to SQL, SQL to migrations, migrations to the database."""


@main.command()
@contracts_option
def render(contracts: Path) -> None:
    """Render the contracts: sql/generated, docs, and fingerprints and schema in contracts/."""
    from codegen.rendered import write_files

    _refuse_empty(contracts)
    written, removed = write_files(contracts)
    for path in removed:
        click.echo(f"removed {path.relative_to(ROOT)}")
    click.echo(f"{len(written)} files written, {len(removed)} removed")


@main.command("new-source")
@click.argument("source")
@click.argument(
    "samples", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--timezone", default="UTC", show_default=True, help="Time zone of local times.")
@click.option("--rows", default=20_000, show_default=True, help="Rows to read of each sample.")
@contracts_option
def new_source(
    source: str, samples: tuple[Path, ...], timezone: str, rows: int, contracts: Path
) -> None:
    """Draft the contracts of a new source from sample files; review them afterwards."""
    try:
        written = write_source(source, list(samples), contracts, timezone, rows)
    except NotStarted as refusal:
        raise click.ClickException(str(refusal)) from refusal
    for line in written:
        click.echo(line)


@main.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "form", type=click.Choice([*FORMATS]), required=True, help="Standard.")
@contracts_option
def export_contracts(folder: Path, form: str, contracts: Path) -> None:
    """Write each contract as an Open Data Contract (odcs) or a Table Schema (frictionless)."""
    _refuse_empty(contracts)
    for path in source_folders(contracts):
        feed = load_feed(path)
        documents = exported(feed, form, contract_fingerprint(path)[:12])
        (folder / feed.source.source).mkdir(parents=True, exist_ok=True)
        for name, text in documents.items():
            (folder / feed.source.source / name).write_text(text, encoding="utf-8")
        click.echo(f"{folder / feed.source.source}: {len(documents)} documents")


@main.command("import")
@click.argument("source")
@click.argument(
    "documents",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@contracts_option
def import_contracts(source: str, documents: tuple[Path, ...], contracts: Path) -> None:
    """Import extracts from Open Data Contracts or Table Schemas; review them afterwards."""
    try:
        written = write_imported(source, list(documents), contracts)
    except NotImported as refusal:
        raise click.ClickException(str(refusal)) from refusal
    for line in written:
        click.echo(line)


@main.command()
@contracts_option
@folder_option
def check(contracts: Path, folder: Path) -> None:
    """Fail if rendered files or migrations are out of date, or general code names an extract."""
    from codegen.migration.planner import changes, migrated_objects
    from codegen.rendered import named_extracts, rendered_files, stale_files

    _refuse_empty(contracts)
    stale = [_shown(path) for path in stale_files(rendered_files(contracts))]
    unmigrated = changes(migrated_objects(folder), desired_objects(contracts))
    named = list(named_extracts(contracts))
    said = [
        [f"{path} is out of date: run make codegen" for path in stale],
        [f"{one.kind} {one.name} is not migrated: run make migration" for one in unmigrated],
        [
            f"{place} is the name of an extract or source, in code that serves all feeds"
            for place in named
        ],
    ]
    for lines in said:
        for line in lines[:10]:
            click.echo(line)
        if len(lines) > 10:
            click.echo(f"… and {len(lines) - 10} more")
    if stale or unmigrated or named:
        raise click.ClickException(
            f"{len(stale)} files out of date, {len(unmigrated)} objects not migrated,"
            f" {len(named)} names in general code"
        )
    click.echo("all rendered files and migrations are up to date")


@main.command()
@click.argument("title", default="change")
@click.option("--first", is_flag=True, help="Write 0001_initial again; only before a release.")
@click.option(
    "--drop-source",
    "dropped",
    multiple=True,
    metavar="NAME",
    help="A source whose folder was removed: drop it with all its data.",
)
@contracts_option
@folder_option
def migration(
    title: str, first: bool, dropped: tuple[str, ...], contracts: Path, folder: Path
) -> None:
    """Write the next migration: the difference between contracts with sql/ and the last state."""
    from codegen.migration.planner import (
        Refused,
        StructuralChange,
        migrated_state,
        next_migration,
        plan,
    )
    from codegen.migration.transition import State

    if not dropped:
        _refuse_empty(contracts)
    try:
        made = plan(
            State({}) if first else migrated_state(folder), desired_state(contracts), dropped
        )
    except (Refused, StructuralChange) as refusal:
        read = f"contracts were read from {_shown(contracts)}, migrations from {_shown(folder)}"
        raise click.ClickException(f"no migration is written; {read}\n\n{refusal}") from refusal
    if made is None:
        click.echo("nothing has changed since the last migration")
        return
    name, depends = ("0001_initial", None) if first else next_migration(folder, title)
    made.write(folder, name, depends)
    elsewhere = "" if folder == migrations.MIGRATIONS else f' ARGS="--migrations {folder}"'
    sql = _shown(folder / name / "apply.sql")
    click.echo(f"{name}: read {sql}, then run make migrate{elsewhere}")
    for line in made.summary:
        click.echo(f"  {line}")
    if made.notes:
        click.echo("then run:")
    for line in made.notes:
        click.echo(f"  {line}")


@main.command()
@click.option("--rewrite", is_flag=True, help="Allow rewriting big tables under a lock.")
@folder_option
def migrate(rewrite: bool, folder: Path) -> None:
    """Apply the migrations to DATABASE_URL, or to the embedded server."""
    applied = _on_database(
        lambda url: migrations.apply(url, folder, click.echo, may_rewrite=rewrite)
    )
    click.echo(f"applied {', '.join(applied)}" if applied else "nothing to apply")


@main.command()
@folder_option
def rollback(folder: Path) -> None:
    """Take the last migration back; data of its new columns is lost."""
    taken = _on_database(lambda url: migrations.rollback(url, 1, folder, click.echo))
    click.echo(f"took back {', '.join(taken)}" if taken else "nothing to take back")


def _refuse_empty(contracts: Path) -> None:
    if not source_folders(contracts):
        missing = f"no folder below it holds a {SOURCE_FILE}"
        what = missing if contracts.is_dir() else "there is no such folder"
        raise click.ClickException(f"there are no contracts in {_shown(contracts)}: {what}")


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _on_database(work: migrations.Work) -> list[str]:
    """Run the work on DATABASE_URL, or on the embedded server and give its driver its role."""
    from rawcore.local import embedded
    from rawcore.local.wheels import ServerError

    url = embedded.given_url()
    if url is not None:
        return work(url)
    try:
        embedded.ensure_running()
    except ServerError as error:
        raise click.ClickException(f"DATABASE_URL is not set; {error}") from error
    result = work(embedded.admin_url())
    embedded.grant_driver()
    return result


if __name__ == "__main__":
    try:
        main()
    except (ContractErrors, migrations.MigrationError) as error:
        raise SystemExit(str(error)) from None
    except ModuleNotFoundError as error:
        raise SystemExit(f"rawcore: {PackageMissing.of(error)}") from None
