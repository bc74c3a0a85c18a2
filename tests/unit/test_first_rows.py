"""Drift is detected in the first rows, and described in words."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawcore.delimited.decoding import BadRow, Decoder, Dialect
from rawcore.delimited.first_rows import Expected, compare_headings, moved, words
from rawcore.errors import DriftedFile

FIVE = ("OrderNo", "Customer", "Status", "Amount", "Note")


def read(text: str, expected: Expected, header: bool = False) -> Counter[str]:
    dialect = Dialect(",", "\n", "utf-8", header=header)
    decoder = Decoder(dialect, expected.fields, expected=expected)
    outputs = [*decoder.feed(text.encode()), *decoder.finish()]
    return Counter("bad" if isinstance(one, BadRow) else "good" for one in outputs)


def drift(text: str, expected: Expected, header: bool = False) -> str:
    with pytest.raises(DriftedFile) as caught:
        read(text, expected, header)
    return f"{caught.value.facts['problem']}; {caught.value.facts['change']}"


def test_more_fields_were_added() -> None:
    said = drift("1,2,3\n4,5,6\n", Expected(2))
    assert said == "rows have 3 fields instead of 2; 1 column was added"


def test_fewer_fields_were_dropped() -> None:
    assert drift("1\n", Expected(3)) == ("rows have 1 field instead of 3; 2 columns were dropped")


def test_the_fields_of_another_shape_are_known() -> None:
    said = drift("1,2\n", Expected(3, others={2: "files until 2025-01-01 00:00"}))
    assert said.endswith(
        "as in files until 2025-01-01 00:00: since or until in the contract may be wrong"
    )


def test_rows_that_differ_among_each_other_are_rows_to_reject() -> None:
    assert read("1\n1,2,3\n1,2,3,4\n1,2,3,4,5\n", Expected(2)) == {"bad": 4}
    assert read("1,2\n1,2,3\n1,2,3\n", Expected(2))["bad"] == 2


def test_one_good_row_of_many_is_chance() -> None:
    assert drift("1,2\n" + "1,2,3\n" * 20, Expected(2)).endswith("1 column was added")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((*FIVE, "Discount"), "it has 6 fields instead of 5; new: Discount"),
        (FIVE[:4], "it has 4 fields instead of 5; missing: Note"),
        ((*FIVE[:4], "Remark"), "its headings differ; renamed: Note → Remark"),
        (
            ("OrderNo", "CustomerNo", "Status", "Amount"),
            "it has 4 fields instead of 5; missing: Note; renamed: Customer → CustomerNo",
        ),
        (
            ("OrderNo", "Channel", "Status", "Amount"),
            "it has 4 fields instead of 5; new: Channel; missing: Customer, Note",
        ),
        (("Note", *FIVE[:4]), "its headings differ; moved: Note"),
        (
            ("OrderNo", "Channel", "Customer", "State", "Amount"),
            "its headings differ; new: Channel; missing: Note; renamed: Status → State",
        ),
    ],
)
def test_headings_name_what_changed(found: tuple[str, ...], said: str) -> None:
    text = ",".join(found) + "\n" + ",".join("x" for _ in found) + "\n"
    assert drift(text, Expected(5, FIVE), header=True) == said


def test_headings_in_other_case_and_with_blanks_are_the_same() -> None:
    assert read("ORDERNO, customer ,status,amount,note\n1,2,3,4,5\n", Expected(5, FIVE), True) == {
        "good": 1
    }


def test_what_is_no_row_of_headings_is_not_named() -> None:
    said = drift("17,Ann Example,x,y,z\n", Expected(5, FIVE), header=True)
    assert said == "its headings differ; the first row is not the header"


def test_only_few_headings_are_named() -> None:
    found = [*FIVE, *(f"New{n}" for n in range(7))]
    compared = compare_headings(found, FIVE)
    assert words(compared, found, FIVE) == "new: New0, New1, New2, New3, New4, 2 more"


@given(st.permutations(range(6)))
def test_what_moved_is_as_little_as_possible(places: list[int]) -> None:
    out = moved(places)
    staying = [place for n, place in enumerate(places) if n not in out]
    assert staying == sorted(staying)
    assert (places == sorted(places)) == (not out)
