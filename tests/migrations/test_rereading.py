"""A contract is corrected and migrated, and the files that it misread are read again."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.databases import Cluster
from tests.support.depot import LEVELS, SHELVES
from tests.support.engine import Engine
from tests.support.upgrade import Project

ID = "  - {name: shelf_id, source: ShelfID, type: bigint, required: true}\n"
LABEL = "  - {name: label, source: Label, type: text, pii: keep}\n"
MIRROR = "full_load: mirror\n"


@dataclass(frozen=True)
class Case:
    """A file, what the wrong contract made of it, the correction, and what core has to hold."""

    content: str
    wrong: list[tuple[Any, ...]]
    edits: tuple[tuple[str, str], ...]
    right: list[tuple[Any, ...]]
    core: str = "shelf_id, label, levels"
    reading: str = "processed"


CASES = {
    "two columns were swapped": Case(
        "11|1|4\n12|2|5\n",
        [(11, "1", 4), (12, "2", 5)],
        ((ID + LABEL, LABEL + ID),),
        [(1, "11", 4), (2, "12", 5)],
    ),
    "the key was another column": Case(
        "1|a|4\n1|b|5\n",
        [(1, "b", 5)],
        (
            ("natural_key: [shelf_id]", "natural_key: [levels]"),
            (MIRROR, f"{MIRROR}allow: [rekey]\n"),
        ),
        [(1, "a", 4), (1, "b", 5)],
    ),
    "the key had another type": Case(
        "007|a|4\n8|b|5\n",
        [(8, "b", 5)],
        (
            ("ShelfID, type: bigint", "ShelfID, type: text"),
            (MIRROR, f"{MIRROR}allow: [retype shelf_id]\n"),
        ),
        [("007", "a", 4), ("8", "b", 5)],
    ),
    "a column was dropped that files have": Case(
        "1|a|4\n2|b|5\n",
        [(1, "a", 4), (2, "b", 5)],
        ((LEVELS, ""), (MIRROR, f"{MIRROR}allow: [drop levels]\n")),
        [(1, "a"), (2, "b")],
        core="shelf_id, label",
        reading="failed",
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("interrupted", [False, True], ids=["", "interrupted"])
def test_core_holds_what_the_corrected_contract_reads(
    name: str, interrupted: bool, project: Project, fresh: Engine, cluster: Cluster
) -> None:
    case = CASES[name]
    project.apply(fresh.database)
    cluster.grant_members(fresh.database)
    fresh.set_pseudonym_key()
    core = "SELECT shelf_id, label, levels FROM core.fact_shelves ORDER BY 1, 3"
    file = fresh.ingest("shelves", case.content.encode())
    assert fresh.query(core) == case.wrong

    for old, new in case.edits:
        project.edit(SHELVES, old, new)
    code, said = project.migration("corrected")
    assert code == 0, said
    project.apply(fresh.database)
    fresh.query("CALL etl.reread_file(%s, 'the contract was wrong')", file.load_run_file_id)
    if interrupted:
        fresh.run(process=False)
        assert fresh.one("SELECT is_counting FROM etl.load_run_files WHERE reading = 1")
    fresh.run()
    second = "SELECT status FROM etl.load_run_files WHERE reading = 2"
    assert fresh.query(second) == [(case.reading,)]
    if case.reading == "failed":
        fresh.query("CALL etl.reprocess_extract('shelves', NULL, NULL)")
    rows = fresh.owner.execute(f"SELECT {case.core} FROM core.fact_shelves ORDER BY 1".encode())
    assert rows.fetchall() == case.right
    assert fresh.query("SELECT * FROM etl.verify('shelves')") == []
