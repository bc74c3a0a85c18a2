"""Load contracts: a folder becomes a feed, or all its faults are reported at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codegen.contract.checks import (
    Finding,
    check_between_feeds,
    check_extract,
    check_feed,
    check_source,
)
from codegen.contract.errors import ContractErrors, ContractFault
from codegen.contract.fingerprint_file import contract_files
from codegen.contract.model import Extract, Feed, Source
from codegen.contract.yaml_faults import Shaped, shape
from codegen.contract.yamltext import read_document, shown

#: The folder of contracts of this clone.
CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
SOURCE_FILE = "source.yml"
SCHEMA_FOLDER = "schema"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedFeed:
    """A feed and its warnings."""

    feed: Feed
    warnings: tuple[ContractFault, ...]


def load_feed(folder: Path) -> Feed:
    """Load one source folder; raises ContractErrors with every fault, logs the warnings."""
    loaded = load_feed_with_warnings(folder)
    for warning in loaded.warnings:
        _log.warning("%s", warning)
    return loaded.feed


def load_feeds(folder: Path) -> tuple[Feed, ...]:
    """Load every subfolder that holds a source.yml, by name; raises ContractErrors for all."""
    folders = source_folders(folder)
    faults: list[ContractFault] = []
    feeds: list[tuple[Path, Feed]] = []
    for path in folders:
        try:
            feeds.append((path, load_feed(path)))
        except ContractErrors as errors:
            faults.extend(errors.faults)
    if not folders:
        problem = f"no subfolder holds a {SOURCE_FILE}"
        remedy = f"write {folder.name}/<source>/{SOURCE_FILE} and one file per extract beside it"
        faults.append(ContractFault(shown(folder), 1, "", problem, remedy))
    for path, extract, finding in check_between_feeds(feeds):
        document = read_document(path / f"{extract}.yml")
        faults.append(
            document.fault(finding.path, finding.problem, finding.remedy, finding.suggestion)
        )
    if faults:
        raise ContractErrors(faults)
    return tuple(feed for _, feed in feeds)


def source_folders(folder: Path) -> tuple[Path, ...]:
    """Return the subfolders with a source.yml, by name; not the folder of the JSON Schemas."""
    found = (p.parent for p in folder.glob(f"*/{SOURCE_FILE}") if p.parent.name != SCHEMA_FOLDER)
    return tuple(sorted(found))


def load_feed_with_warnings(folder: Path) -> LoadedFeed:
    """Load one source folder together with its warnings; raises ContractErrors."""
    faults = _stray_files(folder)
    source = _shape_file(folder / SOURCE_FILE, Source, faults)
    paths = [path for path in contract_files(folder) if path.name != SOURCE_FILE]
    extracts = {path.stem: _shape_file(path, Extract, faults) for path in paths}
    if source is not None and not extracts:
        problem = "the source has no extract"
        remedy = f"write one file per extract beside {SOURCE_FILE}"
        faults.append(source.document.fault((), problem, remedy))
    warnings: list[ContractFault] = []
    feed = _assemble(source, extracts)
    if source is not None and source.model is not None:
        _report(source, check_source(source, folder.name), faults, warnings)
    for name, extract in extracts.items():
        if extract is not None and extract.model is not None:
            _report(extract, check_extract(extract.model, name, source, extract), faults, warnings)
    if feed is not None:
        for name, finding in check_feed(feed, extracts):
            _report(extracts[name] if name else source, [finding], faults, warnings)
    if faults or feed is None:
        raise ContractErrors(faults)
    return LoadedFeed(feed, tuple(sorted(warnings)))


def _shape_file(
    path: Path, model: type[Source] | type[Extract], faults: list[ContractFault]
) -> Shaped | None:
    if not path.is_file():
        problem, remedy = "the file is missing", f"each source folder holds a {path.name}"
        faults.append(ContractFault(shown(path), 1, "", problem, remedy))
        return None
    try:
        shaped = shape(read_document(path), model)
    except ContractErrors as errors:
        faults.extend(errors.faults)
        return None
    faults.extend(shaped.faults)
    return shaped


def _assemble(source: Shaped | None, extracts: dict[str, Shaped | None]) -> Feed | None:
    """Put the readable files together, so that the checks between files can run."""
    if source is None or source.model is None:
        return None
    models = [
        shaped.model.model_copy(update={"extract": stem})  # the name of the file is always there
        for stem, shaped in extracts.items()
        if shaped is not None and shaped.model is not None
    ]
    return Feed(source=source.model, extracts=tuple(models))


def _report(
    shaped: Shaped | None,
    findings: Iterable[Finding],
    faults: list[ContractFault],
    warnings: list[ContractFault],
) -> None:
    """Turn findings into faults with file and line; skip a place that is faulty already."""
    if shaped is None:
        return
    for finding in findings:
        if shaped.doubts(finding.path):
            continue
        fault = shaped.document.fault(
            finding.path, finding.problem, finding.remedy, finding.suggestion
        )
        (warnings if finding.warning else faults).append(fault)


def _stray_files(folder: Path) -> list[ContractFault]:
    strays = sorted(folder.glob("*.yaml"))
    remedy = "contract files end in .yml"
    return [
        ContractFault(shown(path), 1, "", "the file would be ignored", remedy) for path in strays
    ]
