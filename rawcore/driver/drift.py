"""The command `drift`: it proposes contract edits with which drifted files can be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rawcore import console
from rawcore.delimited.head import FirstFields, read_head
from rawcore.driver.session import Row, Session, check_contracts
from rawcore.errors import ContractMissing, RawcoreError
from rawcore.settings import Settings
from rawcore.stores.store import Store, open_store


@dataclass(frozen=True)
class Wanted:
    """The options of the command; at most one of `accept` and `decline` is set."""

    as_json: bool = False
    as_diff: bool = False
    accept: int | None = None
    decline: int | None = None
    reason: str | None = None


def drift(settings: Settings, wanted: Wanted) -> int:
    """Propose edits for drifted files, or record a decision; return 1 if files fail for drift."""
    log = console.make_log(settings.rawcore_log, quiet=True)
    with Session(settings, log) as session:
        for number, decision in ((wanted.accept, "accepted"), (wanted.decline, "declined")):
            if number is not None:  # even if the contracts have changed since
                return _decide(session, number, decision, wanted)
        check_contracts(session.source, settings.rawcore_contracts)
        store = open_store(settings)
        folder = settings.rawcore_contracts / session.source.name
        found = [
            _proposed(session, store, folder, file)
            for file in session.rows("drifted_files", session.source.name, store.bucket)
        ]
    if wanted.as_json:
        console.print_json(found)
    elif wanted.as_diff:
        console.say("".join(one["proposal"] or "" for one in found).rstrip("\n"))
    else:
        _show(found, settings.rawcore_contracts)
    return 1 if found else 0


def _decide(session: Session, number: int, decision: str, wanted: Wanted) -> int:
    row = session.row("decide_drift", number, decision, wanted.reason)
    if wanted.as_json:
        console.print_json(row)
    else:
        console.say(f"Proposal {number} ({row['extract']}) is {decision} by {row['decided_by']}.")
    return 0


def _proposed(session: Session, store: Store, folder: Path, file: Row) -> Row:
    """Read the first rows of a file, and record the proposal for it."""
    if not (folder / f"{file['extract']}.yml").is_file():
        raise ContractMissing(extract=file["extract"], folder=folder)
    from codegen.authoring.proposals.proposing import Head, Proposal, propose

    try:
        head = _head(session, store, file)
    except RawcoreError as error:
        proposal = Proposal(problem=f"the file cannot be read: {error}")
    else:
        time = file["extracted"].removesuffix(":00").removesuffix(" 00:00")
        looked = Head(time, tuple(file["tenant"]), head.rows, head.headings)
        proposal = propose(folder, file["extract"], looked)
    evidence = proposal.evidence | {"files": file["files"], "newer_files": file["newer_files"]}
    row = session.row(
        "propose_drift",
        file["load_run_file_id"],
        proposal.fields,
        list(proposal.headings) or None,
        proposal.problem or proposal.change,
        proposal.diff or None,
        evidence,
    )
    return {**row, "s3_key": file["s3_key"], "reason": file["reason"]}


def _head(session: Session, store: Store, file: Row) -> FirstFields:
    key = file["s3_key"]
    with store.open(key, file["etag"], file["s3_version_id"]) as body:
        return read_head(body, key, session.source.dialect)


def _migrating(contracts: Path) -> str:
    """Return the commands that migrate the contracts, of this folder or of another one."""
    if contracts.resolve().parent == Path.cwd():
        return "make migration; make migrate"
    folder = contracts.parent / "migrations"
    return (
        f'make migration ARGS="--contracts {contracts} --migrations {folder}";'
        f' make migrate ARGS="--migrations {folder}"'
    )


def _show(found: list[Row], contracts: Path) -> None:
    if not found:
        console.say("No file fails because of drift.")
    for one in found:
        evidence = one["evidence"]
        console.say(
            f"{one['extract']}: {evidence['files']} file(s) fail, the oldest {one['s3_key']}"
        )
        console.say(f"  {one['reason']}")
        console.say(f"  Proposal {one['drift_id']}, {one['status']}: {one['change']}")
        if evidence["newer_files"]:
            count = evidence["newer_files"]
            console.say(
                f"  {count} file(s) of the same or a later DateExtracted fit the contract as it is:"
                " check the time in the proposal."
            )
        if one["proposal"]:
            console.say(f"\n{one['proposal']}")
    if any(one["proposal"] for one in found):
        place = contracts.resolve().parent
        where = "" if place == Path.cwd() else f" -d {contracts.parent}"
        console.say(f"Review, then: python ingest.py drift --diff | patch -p1{where}")
        console.say(f"              {_migrating(contracts)}; python ingest.py --mode retry")
        console.say("Record it:    python ingest.py drift --accept ID, or --decline ID --reason …")
