"""Each change of a contract, with rows: migrate, load, reprocess, roll back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.databases import Cluster
from tests.support.depot import (
    BINS,
    CRATES,
    DAYS,
    LEVELS,
    SAMPLES,
    SHELVES,
    Depot,
    bin_,
    column,
    sample,
)
from tests.support.engine import Engine, migrate_desired
from tests.support.schema import differences
from tests.support.upgrade import Delivery, Project, contents, deliver

SOURCE = "depot/source.yml"


@dataclass(frozen=True)
class Case:
    """Edits of contracts, the next delivery, and what is expected.

    `allow`: file and word without which the migration is refused. `names`: columns of the former
    rows that are called otherwise, or gone. `reprocess`: extracts that have to be processed again.
    """

    edits: list[tuple[str, str, str]]
    third: Delivery
    reprocess: list[str] = field(default_factory=list)
    allow: tuple[str, str] | None = None
    names: Mapping[str, str | None] = field(default_factory=dict)


INTEGER = "{name: an_integer, source: Integer, type: integer}"
AMOUNT = '{name: an_amount, source: Amount, type: "numeric(12,2)"}'
TEXT = "{name: a_text, source: Text, type: text, pii: keep}"
SHELF = [{"shelf_id": "1", "label": "top", "levels": "4"}, {"shelf_id": "4", "label": "x"}]
NEXT_SAMPLES = [sample(1, an_integer="50000", a_text="13"), sample(7, an_integer="4", a_text="7")]
NEXT_BINS = [bin_("A", "1", stock="6", remark="wet"), bin_("A", "2", stock="9", colour="Blue")]
CASES = {
    "new column at the end": Case(
        [(SHELVES, LEVELS, LEVELS + column("depth", "type: integer"))],
        {"shelves": [{**row, "depth": "30"} for row in SHELF]},
    ),
    "new column in the middle": Case(
        [(SHELVES, LEVELS, column("depth", "type: integer") + LEVELS)],
        {"shelves": [{**row, "depth": "30"} for row in SHELF]},
    ),
    "new column of a dimension": Case(
        [(BINS, "  - {name: stock", column("keeper", "type: text, pii: keep") + "  - {name: stock")],
        {"bins": [{**row, "keeper": "Ann"} for row in NEXT_BINS]},
    ),
    "type widened": Case(
        [(SAMPLES, INTEGER, INTEGER.replace("type: integer", "type: bigint"))],
        {"samples": [sample(3, an_integer="4000000000"), sample(1, an_integer="1")]},
        ["samples"],
    ),
    "type widened without a rewrite": Case(
        [(SAMPLES, AMOUNT, AMOUNT.replace("12,2", "14,2"))],
        {"samples": [sample(3, an_amount="123456789012.50"), sample(1, an_amount="1.5")]},
        ["samples"],
    ),
    "type widened to text": Case(
        [(SAMPLES, INTEGER, INTEGER.replace("type: integer", "type: text, pii: keep"))],
        {"samples": [sample(3, an_integer="many"), sample(1, an_integer="1")]},
        ["samples"],
    ),
    "type narrowed": Case(
        [(SAMPLES, INTEGER, INTEGER.replace("type: integer", "type: smallint"))],
        {"samples": [sample(2, an_integer="50000"), sample(5, an_integer="1")]},
        ["samples"],
        (SAMPLES, "retype an_integer"),
    ),
    "text turned number": Case(
        [(SAMPLES, TEXT, TEXT.replace("type: text", "type: integer"))],
        {"samples": NEXT_SAMPLES},
        ["samples"],
        (SAMPLES, "retype a_text"),
    ),
    "number turned text": Case(
        [(SAMPLES, AMOUNT, AMOUNT.replace('"numeric(12,2)"', "text, pii: keep"))],
        {"samples": NEXT_SAMPLES},
        ["samples"],
        (SAMPLES, "retype an_amount"),
    ),
    "required": Case(
        [(SAMPLES, INTEGER, INTEGER.replace("integer}", "integer, required: true}"))],
        {"samples": [sample(5, an_integer="1"), sample(6)]},
        ["samples"],
    ),
    "no longer required": Case(
        [(SOURCE, "title: Depot", "title: The depot"),
         ("depot/dated.yml", "source: Due, type: date, required: true", "source: Due, type: date")],
        {},
        ["dated"],
    ),
    "new check": Case(
        [(SHELVES, LEVELS, LEVELS.replace("integer}", "integer, check: levels > 2}"))],
        {"shelves": SHELF},
        ["shelves"],
    ),
    "changed check": Case(
        [(SAMPLES, "checked BETWEEN 0 AND 9", "checked BETWEEN 4 AND 20")],
        {"samples": NEXT_SAMPLES},
        ["samples"],
    ),
    "new domain": Case(
        [(SHELVES, "label, source: Label, type: text, pii: keep}", "label, source: Label, type: text, domain: label}"),
         (SOURCE, "domains:\n", "domains:\n  label: {values: {top: Top, mid: Middle}}\n")],
        {"shelves": SHELF},
        ["shelves"],
    ),
    "new values of a domain": Case(
        [(SOURCE, "{S: small, L: large}", "{S: small, M: medium, L: big}")],
        {"bins": NEXT_BINS},
        ["bins"],
    ),
    "fewer values of a domain": Case(
        [(SOURCE, "{S: small, L: large}", "{S: small}")],
        {"bins": NEXT_BINS},
        ["bins"],
    ),
    "tracked otherwise": Case(
        [(BINS, "{name: stock, source: Stock, type: integer, tracked: latest}", "{name: stock, source: Stock, type: integer}")],
        {"bins": NEXT_BINS},
        ["bins"],
    ),
    "not tracked any more": Case(
        [(BINS, "type: text, domain: colour}", "type: text, domain: colour, tracked: false}")],
        {"bins": NEXT_BINS},
        ["bins"],
    ),
    "published": Case(
        [(BINS, "type: text, pii: drop, tracked: latest", "type: text, pii: keep, tracked: latest")],
        {"bins": NEXT_BINS},
        ["bins"],
    ),
    "not published any more": Case(
        [(SHELVES, "type: text, pii: keep", "type: text, pii: drop")],
        {"shelves": SHELF},
        ["shelves"],
        (SHELVES, "unpublish label"),
    ),
    "turned pseudonym": Case(
        [(SHELVES, "type: text, pii: keep", "type: text, pii: pseudonymise")],
        {"shelves": SHELF},
        ["shelves"],
    ),
    "dropped": Case(
        [(SHELVES, LEVELS, "")],
        {"shelves": SHELF},
        ["shelves"],
        (SHELVES, "drop levels"),
        {"levels": None},
    ),
    "renamed": Case(
        [(SAMPLES, '{name: checked, source: Checked, type: integer, check: "checked BETWEEN 0 AND 9"}',
          '{name: seen, source: Seen, type: integer, check: "seen BETWEEN 0 AND 9", renamed_from: checked}')],
        {"samples": [sample(1, checked="5"), sample(2, checked="10")]},
        names={"checked": "seen"},
    ),
    "renamed key": Case(
        [(SHELVES, "{name: shelf_id, source: ShelfID,", "{name: shelf_no, source: ShelfNo, renamed_from: shelf_id,"),
         (SHELVES, "natural_key: [shelf_id]", "natural_key: [shelf_no]")],
        {"shelves": SHELF},
        names={"shelf_id": "shelf_no"},
    ),
    "reordered": Case(
        [(SHELVES, LEVELS, ""), (SHELVES, "  - {name: label", LEVELS + "  - {name: label")],
        {"shelves": SHELF},
    ),
    "new extract": Case(
        [("depot/crates.yml", "", CRATES)],
        {"crates": [{"crate_id": "1", "owner": "Ann"}], "shelves": SHELF},
    ),
    "dropped extract": Case(
        [(SHELVES, "", "")],
        {"samples": NEXT_SAMPLES},
        [],
        (SOURCE, "drop shelves"),
    ),
    "new reference": Case(
        [(SAMPLES, "full_load:", "references: [{dimension: crates, columns: [a_bigint]}]\nfull_load:"),
         ("depot/crates.yml", "", CRATES)],
        {"samples": [sample(5, a_bigint="7")]},
        ["samples"],
    ),
    "another key": Case(
        [(SAMPLES, "natural_key: [sample_id]", "natural_key: [an_integer]")],
        {"samples": NEXT_SAMPLES},
        ["samples"],
        (SAMPLES, "rekey"),
    ),
    "fact turned dimension": Case(
        [(SAMPLES, "{kind: fact, table: fact_samples}", "{kind: dimension, table: dim_samples}")],
        {"samples": NEXT_SAMPLES},
        ["samples"],
        (SAMPLES, "republish"),
    ),
    "other words and indexes": Case(
        [(SHELVES, "description: Shelves; a", "description: Shelves of wood; a"),
         (SAMPLES, "entity: sample\n", "entity: sample\nraw_key_index: false\n")],
        {"samples": NEXT_SAMPLES},
    ),
}  # fmt: skip


def files_of(case: Case) -> set[str]:
    """Return the contracts that a case edits or whose files it delivers."""
    files = {file for file, _, _ in case.edits} | {f"depot/{name}.yml" for name in case.third}
    return files | ({case.allow[0]} if case.allow else set())


def groups() -> list[tuple[str, ...]]:
    """Return groups of cases of different contracts, which share a database."""
    found: list[tuple[str, ...]] = []
    for name, case in CASES.items():
        for place, group in enumerate(found):
            if all(files_of(case).isdisjoint(files_of(CASES[other])) for other in group):
                found[place] = (*group, name)
                break
        else:
            found.append((name,))
    return found


@pytest.mark.parametrize("names", groups(), ids=", ".join)
def test_a_change(
    names: tuple[str, ...], project: Project, depot: Depot, upgraded: Engine, fresh: Engine,
    cluster: Cluster, tmp_path: Path,
) -> None:  # fmt: skip
    cases = [CASES[name] for name in names]
    former = {old: new for case in cases for old, new in case.names.items()}
    stale = sorted({extract for case in cases for extract in case.reprocess})
    for case in cases:
        for edit in case.edits:
            project.edit(*edit)
    refused = {case.allow for case in cases if case.allow is not None}
    if refused:
        code, said = project.migration("change")
        assert code == 1
        asked = re.findall(r"to allow it, write in (\S+): allow: \[(.+)\]", said)
        assert set(asked) == refused, said
    for file, word in refused:
        text = (project.contracts / file).read_text()
        project.edit(file, text, f"{text}allow: [{word}]\n")
    code, said = project.migration("change")
    assert code == 0, said
    commands = re.findall(r"CALL etl.reprocess_extract\('(\w+)', NULL, NULL\);", said)
    assert sorted(commands) == stale, said
    assert project.squawk() == ""

    warned = project.apply(upgraded.database)
    assert [line.split(":")[0] for line in sorted(warned)] == [e for e in stale if e != "dated"]
    migrate_desired(fresh.database, project.contracts, tmp_path)
    assert differences(upgraded.database.admin_url, fresh.database.admin_url) == []
    assert project.migration("again") == (0, "nothing has changed since the last migration\n")

    cluster.grant_members(fresh.database)
    fresh.set_pseudonym_key()
    for at, delivery in DAYS.items():
        deliver(fresh, delivery, at, former)
    for engine in (upgraded, fresh):
        for case in cases:
            deliver(engine, case.third, "2025-07-08 12:00", former)
        for extract in stale:
            if extract != "dated":
                engine.query("CALL etl.reprocess_extract(%s, NULL, NULL)", extract)
        assert engine.query("SELECT v.* FROM etl.extracts, etl.verify(extract) AS v") == []
    found, wanted = (contents(engine, hashed=stale) for engine in (upgraded, fresh))
    for table, rows in wanted.items():
        text = repr(found[table])
        for old, new in former.items():  # rejects keep the names that columns had then
            text = text.replace(old, new or "") if table == "rejects" else text
        assert text == repr(rows), table

    project.rollback(upgraded.database)
    was = cluster.database(depot.template)
    assert differences(upgraded.database.admin_url, was.admin_url) == []
