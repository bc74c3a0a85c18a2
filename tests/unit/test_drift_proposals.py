"""Proposals: the edit that lets a contract read a drifted file, and changes nothing else."""

import subprocess
from pathlib import Path

import pytest

from codegen.authoring.examples import EXAMPLES
from codegen.authoring.proposals.editing import ContractText
from codegen.authoring.proposals.proposing import Head, Proposal, propose
from codegen.contract.loading import load_feed

HEADINGS = ("Branch", "OrderNo", "CustomerNo", "RecipientNo", "Status", "Items", "PlacedOn")
ALL = (*HEADINGS, "SentOn", "Remarks", "ChangedAt")
ROW = [
    "001",
    "7",
    "12",
    "",
    "Open",
    "3",
    "30/07/2025",
    "20250731",
    "be quick",
    "2025-07-31 10:00:00",
]
AT = "2025-08-01 03:00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "contracts" / "shop"
    path.mkdir(parents=True)
    for name, text in EXAMPLES.items():
        (path / name).write_text(text)
    return path


def changed(proposal: Proposal) -> list[str]:
    """Lines that the diff removes and adds."""
    lines = proposal.diff.splitlines()[2:]
    return [line for line in lines if line[:1] in ("-", "+")]


def by_heading(folder: Path, headings: tuple[str, ...], row: list[str]) -> Proposal:
    return propose(folder, "orders", Head(AT, ("001",), [row] * 3, headings))


def by_values(folder: Path, *rows: list[str]) -> Proposal:
    return propose(folder, "orders", Head(AT, ("001",), rows))


def test_a_new_heading_is_a_column_since_then(folder: Path) -> None:
    proposal = by_heading(folder, (*HEADINGS, "VoucherCode", *ALL[7:]), [*ROW[:7], "9", *ROW[7:]])
    assert (proposal.problem, proposal.change) == ("", "new: voucher_code")
    assert changed(proposal) == [
        "+  # New column, guessed from 3 rows, 3 of them filled: review it.",
        '+  - {name: voucher_code, source: VoucherCode, type: integer, since: "2025-08-01 03:00"}',
    ]


def test_a_missing_heading_is_a_column_until_then(folder: Path) -> None:
    proposal = by_heading(folder, (*ALL[:8], "ChangedAt"), [*ROW[:8], ROW[9]])
    assert proposal.change == "dropped: remarks"
    assert changed(proposal) == [
        '-  - {name: remarks, source: Remarks, type: text, pii: drop, description: "Free text."}',
        (
            "+  - {name: remarks, source: Remarks, type: text, pii: drop,"
            ' description: "Free text.", until: "2025-08-01 03:00"}'
        ),
    ]


def test_a_renamed_heading_is_another_place_of_the_column(folder: Path) -> None:
    proposal = by_heading(folder, (*ALL[:4], "State", *ALL[5:]), ROW)
    assert proposal.change == "renamed: status"
    assert changed(proposal)[1:] == [
        (
            "+  - {name: status, source: Status, type: text, domain: order_status,"
            ' until: "2025-08-01 03:00"}'
        ),
        (
            "+  - {name: status, source: State, type: text, domain: order_status,"
            ' since: "2025-08-01 03:00"}'
        ),
    ]


def test_a_moved_heading_is_another_place_of_the_column(folder: Path) -> None:
    proposal = by_heading(folder, ("Status", *ALL[:4], *ALL[5:]), [ROW[4], *ROW[:4], *ROW[5:]])
    assert proposal.change == "moved: status"
    assert changed(proposal)[0] == (
        "+  - {name: status, source: Status, type: text, domain: order_status,"
        ' since: "2025-08-01 03:00"}'
    )


def test_the_diff_applies_and_reads_both_shapes(folder: Path) -> None:
    proposal = by_heading(folder, ("Channel", *ALL[:8], "ChangedAt"), ["web", *ROW[:8], ROW[9]])
    subprocess.run(
        ["patch", "-p1"], input=proposal.diff.encode(), cwd=folder.parent.parent, check=True
    )
    shapes = load_feed(folder).extract("orders").file_shapes
    assert [[c.source for c in shape.columns] for shape in shapes] == [
        list(ALL),
        ["Channel", *ALL[:8], "ChangedAt"],
    ]


def test_a_key_that_is_gone_cannot_be_proposed(folder: Path) -> None:
    proposal = by_heading(folder, (ALL[0], *ALL[2:]), [ROW[0], *ROW[2:]])
    assert proposal.diff == ""
    assert proposal.problem == (
        "dropped: order_id: the key column 'order_id' is not in every file: remove since and until,"
        " or choose a key that all files have"
    )


def test_a_first_row_that_holds_no_headings_is_not_kept(folder: Path) -> None:
    proposal = by_heading(folder, ("Ann", "Bo"), ["Cid", "Di"])
    assert (proposal.problem, proposal.headings, proposal.diff) == (
        "the first row is not the header",
        (),
        "",
    )


def test_values_show_where_a_new_column_stands(folder: Path) -> None:
    rows = [[*ROW[:5], f"1{n}/07/2025", *ROW[5:]] for n in range(5)]
    proposal = by_values(folder, *rows)
    assert proposal.change == "new: unknown_6"
    assert changed(proposal)[1] == (
        '+  - {name: unknown_6, source: unknown_6, type: date, since: "2025-08-01 03:00"}'
    )


def test_values_show_which_column_was_dropped(folder: Path) -> None:
    assert by_values(folder, [*ROW[:3], "9", *ROW[5:]]).change == "dropped: status"


def test_where_several_places_fit_it_says_so(folder: Path) -> None:
    proposal = by_values(folder, [*ROW[:9], "some words", ROW[9]])
    assert proposal.change == "new: unknown_10 (a guess: 2 places fit equally well)"
    assert proposal.evidence["ways"] == 2


def test_values_that_fit_nothing_are_no_proposal(folder: Path) -> None:
    proposal = by_values(folder, ["x"] * 11)
    assert proposal.problem == "the values do not show which field is which column"


def test_evidence_holds_no_value(folder: Path) -> None:
    proposal = by_values(folder, [*ROW, "Ann Example"])
    assert proposal.evidence == {
        "rows": 1,
        "expected_fields": 10,
        "column unknown_11": {"field": 11, "type": "text", "filled": 1},
    }
    assert "Ann" not in proposal.diff


def test_a_second_change_of_the_same_column(folder: Path) -> None:
    first = by_heading(folder, (*ALL[:4], "State", *ALL[5:]), ROW)
    subprocess.run(
        ["patch", "-sp1"], input=first.diff.encode(), cwd=folder.parent.parent, check=True
    )
    again = propose(
        folder, "orders", Head("2025-09-01", ("001",), [ROW], (*ALL[:4], "Stand", *ALL[5:]))
    )
    assert changed(again)[1:] == [
        (
            "+  - {name: status, source: State, type: text, domain: order_status,"
            ' since: "2025-08-01 03:00", until: 2025-09-01}'
        ),
        "+  - {name: status, source: Stand, type: text, domain: order_status, since: 2025-09-01}",
    ]


BLOCK = """\
columns:
  # the key
  - name: a
    source: A   # as it was
  - name: b
    source: B

# the end
"""


def test_entries_in_block_style_are_edited_too() -> None:
    text = ContractText(BLOCK)
    text.set(0, "until", "2025-01-01")
    text.set(1, "source", "C")
    text.add_after(0, {"name": "x"})
    text.add_after(1, {"name": "y"}, "why")
    assert (
        text.result()
        == """\
columns:
  # the key
  - name: a
    source: A
    until: 2025-01-01   # as it was
  - {name: x}
  - name: b
    source: C
  # why
  - {name: y}

# the end
"""
    )
