"""From the first rows of a drifted file to a contract that reads it, as a diff."""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codegen.authoring.newsource.columns import guess_column
from codegen.authoring.newsource.naming import column_names
from codegen.authoring.proposals.aligning import align
from codegen.authoring.proposals.editing import ContractText, scalar
from codegen.contract.errors import ContractErrors
from codegen.contract.file_shapes import interval, local_time
from codegen.contract.loading import load_feed
from codegen.contract.model import Column, Extract, Feed
from rawcore.delimited.first_rows import are_headings, compare_headings, moved

#: The documented formats, written out if the source has another format for all columns.
_DOCUMENTED = {
    "boolean": "1/0",
    "date": "YYYY-MM-DD",
    "timestamptz": "YYYY-MM-DD HH24:MI:SS",
}


@dataclass(frozen=True)
class Head:
    """The first rows of a drifted file, its header if it has one, and its DateExtracted."""

    extracted: str
    tenant: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    headings: tuple[str, ...] = ()


@dataclass
class Proposal:
    """The proposed change: a diff, or the reason why there is none; `evidence` has no values."""

    change: str = ""
    diff: str = ""
    problem: str = ""
    fields: int = 0
    headings: tuple[str, ...] = ()
    evidence: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class _Found:
    """The expected column of each field (None: a new column), and which columns were renamed."""

    places: tuple[int | None, ...]
    renamed: frozenset[int] = frozenset()
    ways: int = 1


def propose(folder: Path, name: str, head: Head) -> Proposal:
    """Return the edit of the extract's contract in a source folder that lets it read the file."""
    feed = load_feed(folder)
    extract = feed.extract(name)
    time = local_time(head.extracted)
    entries = [n for n, one in enumerate(extract.columns) if interval(one).holds(time)]
    expected = [extract.columns[n] for n in entries]
    proposal = Proposal(fields=len(head.headings) or _width(head.rows))
    rows = [row for row in head.rows if len(row) == proposal.fields]
    proposal.evidence = {"rows": len(rows), "expected_fields": len(expected)}
    found = _found(feed, expected, head, rows, proposal)
    if found is None:
        return proposal
    path = folder / f"{name}.yml"
    text = ContractText(path.read_text(encoding="utf-8"))
    _edit(text, feed, extract, entries, found, head, rows, proposal)
    _finish(proposal, path, text.result(), name, time)
    return proposal


def _width(rows: Sequence[Sequence[str]]) -> int:
    widths = [len(row) for row in rows]
    return max(widths, key=widths.count, default=0)


def _found(
    feed: Feed,
    expected: Sequence[Column],
    head: Head,
    rows: Sequence[Sequence[str]],
    proposal: Proposal,
) -> _Found | None:
    wanted = [column.source for column in expected]
    if head.headings and not are_headings(head.headings, wanted):
        proposal.problem = "the first row is not the header"
        return None
    if head.headings:
        proposal.headings = head.headings
        compared = compare_headings(head.headings, wanted)
        return _Found(compared.places, compared.renamed)
    if proposal.fields == len(expected):
        proposal.problem = "the rows have as many fields as in the contract"
        return None
    tenant = dict(zip(feed.source.tenant, head.tenant, strict=False))
    values = [list(field_values) for field_values in zip(*rows, strict=True)]
    aligned = align(expected, values, feed.source, tenant)
    if aligned is None:
        proposal.problem = "the values do not show which field is which column"
        return None
    return _Found(aligned.places, ways=aligned.ways)


def _edit(
    text: ContractText,
    feed: Feed,
    extract: Extract,
    entries: Sequence[int],
    found: _Found,
    head: Head,
    rows: Sequence[Sequence[str]],
    proposal: Proposal,
) -> None:
    """Edit the contract, and describe the changes in words."""
    since = scalar(head.extracted)
    shifted = {*moved(found.places)}
    said: dict[str, list[str]] = {"new": [], "dropped": [], "renamed": [], "moved": []}
    names = list(extract.column_names)
    anchor = -1
    for number, place in enumerate(found.places):
        if place is None:
            keys, remark = _new_column(feed, extract, names, number, head, rows, proposal)
            names.append(keys["name"])
            said["new"].append(keys["name"])
            text.add_after(anchor, {**keys, "since": since}, remark)
            continue
        entry = entries[place]
        name = extract.columns[entry].name
        anchor = anchor if number in shifted else entry
        if number in shifted or number in found.renamed:
            said["moved" if number in shifted else "renamed"].append(name)
            keys = {key: v for key, v in text.entry(entry).items() if key not in ("since", "until")}
            if head.headings:
                keys["source"] = scalar(head.headings[number])
            text.set(entry, "until", since)
            text.add_after(anchor, {**keys, "since": since})
    for place, entry in enumerate(entries):
        if place not in found.places:
            said["dropped"].append(extract.columns[entry].name)
            text.set(entry, "until", since)
    proposal.change = "; ".join(f"{what}: {', '.join(n)}" for what, n in said.items() if n)
    if found.ways > 1:
        proposal.evidence["ways"] = found.ways
        proposal.change += f" (a guess: {found.ways} places fit equally well)"


def _new_column(
    feed: Feed,
    extract: Extract,
    names: Sequence[str],
    number: int,
    head: Head,
    rows: Sequence[Sequence[str]],
    proposal: Proposal,
) -> tuple[dict[str, str], str]:
    heading = head.headings[number] if head.headings else f"unknown_{number + 1}"
    name = column_names([*names, heading], extract.entity)[-1]
    guess = guess_column(row[number] for row in rows)
    keys = {"name": name, "source": scalar(heading), "type": scalar(guess.type)}
    if "," in guess.type:
        keys["type"] = f'"{guess.type}"'
    default = feed.source.formats.get(guess.type.partition("(")[0], "")
    text_format = guess.format or (_DOCUMENTED.get(guess.type, "") if default else "")
    if text_format != default:
        keys["format"] = scalar(text_format)
    facts = {"field": number + 1, "type": guess.type, "filled": guess.filled}
    proposal.evidence[f"column {name}"] = facts
    remark = f"New column, guessed from {len(rows)} rows, {guess.filled} of them filled: review it."
    return keys, remark


def _finish(proposal: Proposal, path: Path, text: str, name: str, time: str | None) -> None:
    """Load the edited contract, and write the diff if it reads the file."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / path.parent.name
        shutil.copytree(path.parent, folder)
        (folder / path.name).write_text(text, encoding="utf-8")
        try:
            extract = load_feed(folder).extract(name)
        except ContractErrors as errors:
            first = errors.faults[0]
            proposal.problem = f"{proposal.change}: {first.problem}: {first.remedy}"
            return
    if len(extract.shape_at(time).columns) != proposal.fields:
        proposal.problem = f"{proposal.change}: no edit was found that reads the file"
        return
    label = f"{path.parent.parent.resolve().name}/{path.parent.name}/{path.name}"
    proposal.diff = "".join(
        difflib.unified_diff(
            path.read_text(encoding="utf-8").splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"a/{label}",
            f"b/{label}",
        )
    )
