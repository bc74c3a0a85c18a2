"""The command `drift`: what contracts would have to say so that files that drifted can be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rawcore import console
from rawcore.delimited.head import FirstFields, read_head
from rawcore.driver.control import Control
from rawcore.driver.database import Row, database_url
from rawcore.driver.options import Options
from rawcore.driver.run import Run
from rawcore.errors import ContractMissing, RawcoreError
from rawcore.settings import Settings
from rawcore.stores.store import Store, open_store

_DRIFTED = """
SELECT DISTINCT ON (f.extract)
    f.extract,
    f.load_run_file_id,
    f.s3_key,
    f.s3_version_id,
    f.etag,
    f.tenant,
    to_char(f.date_extracted AT TIME ZONE s.timezone, 'YYYY-MM-DD HH24:MI:SS') AS extracted,
    f.status_reason AS reason,
    count(*) OVER (PARTITION BY f.extract) AS files,
    (
        SELECT count(*)
        FROM etl.load_run_files AS o
        WHERE o.extract = f.extract AND o.date_extracted >= f.date_extracted AND o.is_counting
    ) AS newer_files
FROM etl.load_run_files AS f
JOIN etl.file_attempts AS a USING (file_attempt_id)
JOIN etl.sources AS s ON s.source = f.source
WHERE f.source = %s AND f.s3_bucket = %s AND f.status = 'failed' AND a.error_class = 'drift'
ORDER BY f.extract, f.date_extracted, f.load_run_file_id
"""


@dataclass(frozen=True)
class Wanted:
    """What the command was asked for; one of `accept` and `decline` at most."""

    as_json: bool = False
    as_diff: bool = False
    accept: int | None = None
    decline: int | None = None
    reason: str | None = None


def drift(settings: Settings, wanted: Wanted) -> int:
    """Propose edits for files that drifted, or record a decision; 1: something is open."""
    log = console.make_log(settings.rawcore_log, quiet=True)
    for number, decision in ((wanted.accept, "accepted"), (wanted.decline, "declined")):
        if number is not None:  # whatever the contracts say by now
            control = Control(database_url(settings), settings, log)
            return _decide(control, number, decision, wanted)
    this = Run(settings, Options(as_json=wanted.as_json), log)
    store = open_store(settings)
    folder = settings.rawcore_contracts / this.source.name
    found = [
        _proposed(this, store, folder, file)
        for file in this.query(_DRIFTED, this.source.name, store.bucket)
    ]
    if wanted.as_json:
        console.print_json(found)
    elif wanted.as_diff:
        console.say("".join(one["proposal"] or "" for one in found).rstrip("\n"))
    else:
        _show(found, settings.rawcore_contracts)
    return 1 if found else 0


def _decide(this: Control, number: int, decision: str, wanted: Wanted) -> int:
    row = this.one("SELECT * FROM etl.decide_drift(%s, %s, %s)", number, decision, wanted.reason)
    if wanted.as_json:
        console.print_json(row)
    else:
        console.say(f"Proposal {number} ({row['extract']}) is {decision} by {row['decided_by']}.")
    return 0


def _proposed(this: Run, store: Store, folder: Path, file: Row) -> Row:
    """Look at the head of a file, and record what it shows."""
    if not (folder / f"{file['extract']}.yml").is_file():
        raise ContractMissing(extract=file["extract"], folder=folder)
    from codegen.authoring.proposals.proposing import Head, Proposal, propose

    try:
        head = _head(this, store, file)
    except RawcoreError as error:
        proposal = Proposal(problem=f"the file cannot be looked at: {error}")
    else:
        time = file["extracted"].removesuffix(":00").removesuffix(" 00:00")
        looked = Head(time, tuple(file["tenant"]), head.rows, head.headings)
        proposal = propose(folder, file["extract"], looked)
    evidence = proposal.evidence | {"files": file["files"], "newer_files": file["newer_files"]}
    row = this.one(
        "SELECT * FROM etl.propose_drift(%s, %s, %s, %s, %s, %s::jsonb)",
        file["load_run_file_id"],
        proposal.fields,
        list(proposal.headings) or None,
        proposal.problem or proposal.change,
        proposal.diff or None,
        json.dumps(evidence),
    )
    return {**row, "s3_key": file["s3_key"], "reason": file["reason"]}


def _head(this: Run, store: Store, file: Row) -> FirstFields:
    with store.open(file["s3_key"], file["etag"], file["s3_version_id"]) as body:
        return read_head(body, file["s3_key"], this.source.dialect)


def _migrating(contracts: Path) -> str:
    """Return the commands that migrate what contracts say, here or in a folder beside."""
    if contracts.resolve().parent == Path.cwd():
        return "make migration; make migrate"
    folder = contracts.parent / "migrations"
    return (
        f'make migration ARGS="--contracts {contracts} --migrations {folder}";'
        f' make migrate ARGS="--migrations {folder}"'
    )


def _show(found: list[Row], contracts: Path) -> None:
    if not found:
        console.say("No file fails because it drifted.")
    for one in found:
        evidence = one["evidence"]
        console.say(
            f"{one['extract']}: {evidence['files']} file(s) fail, the oldest {one['s3_key']}"
        )
        console.say(f"  {one['reason']}")
        console.say(f"  Proposal {one['drift_id']}, {one['status']}: {one['change']}")
        if evidence["newer_files"]:
            count = evidence["newer_files"]
            console.say(f"  {count} file(s) as old or newer load as before: check the time.")
        if one["proposal"]:
            console.say(f"\n{one['proposal']}")
    if any(one["proposal"] for one in found):
        place = contracts.resolve().parent
        where = "" if place == Path.cwd() else f" -d {contracts.parent}"
        console.say(f"Review, then: python ingest.py drift --diff | patch -p1{where}")
        console.say(f"              {_migrating(contracts)}; python ingest.py --mode retry")
        console.say("Record it:    python ingest.py drift --accept ID, or --decline ID --reason …")
