"""Faulty contracts: every fault at once, each with file, line, path and remedy."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegen.authoring.examples import EXAMPLES
from codegen.contract.errors import ContractErrors
from codegen.contract.loading import load_feed, load_feed_with_warnings, load_feeds
from tests.support import contract_fault_cases, interval_fault_cases

CASES = contract_fault_cases.CASES | interval_fault_cases.CASES
JUNK: st.SearchStrategy[object] = st.sampled_from(
    [None, 5, "x y", "", [], {}, [None], [[1]], {"a": None}, [{}], True, -1.5, "unnamed"]
)


def faults(folder: Path, file: str = "", old: str = "", new: str = "") -> list[str]:
    """Write the example contracts with one edit; return the faults, without the folder."""
    source = folder / "contracts" / "shop"
    source.mkdir(parents=True, exist_ok=True)
    for name, text in EXAMPLES.items():
        assert name != file or old in text
        edited = text.replace(old, new, 1) if name == file else text
        (source / name).write_text(edited, encoding="utf-8")
    try:
        load_feed(source)
    except ContractErrors as errors:
        return str(errors).replace(f"{source}/", "").splitlines()
    return []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_says_where_it_is_and_what_would_be_right(case: str, tmp_path: Path) -> None:
    edit, expected = CASES[case]
    assert faults(tmp_path, *edit) == [expected]


def test_the_examples_of_the_reference_are_valid(tmp_path: Path) -> None:
    assert faults(tmp_path) == []


def test_faults_of_all_files_come_at_once_and_in_order(tmp_path: Path) -> None:
    faults(tmp_path)
    folder = tmp_path / "contracts" / "shop"
    (folder / "orders.yml").write_text("extract: [\n")
    (folder / "customers.yml").write_text("")
    (folder / "source.yml").write_text("source: shop\ntitel: Shop\n")
    with pytest.raises(ContractErrors) as caught:
        load_feeds(tmp_path / "contracts")
    found = [(Path(f.file).name, f.line, f.path) for f in caught.value.faults]
    assert found == [
        ("customers.yml", 1, ""),
        ("orders.yml", 1, ""),
        ("source.yml", 1, "dialect"),
        ("source.yml", 1, "file_names"),
        ("source.yml", 1, "timezone"),
        ("source.yml", 1, "title"),
        ("source.yml", 2, "titel"),
    ]


def test_a_cycle_of_references_is_a_fault(tmp_path: Path) -> None:
    faults(tmp_path, "orders.yml", "kind: fact,", "kind: dimension,")
    path = tmp_path / "contracts" / "shop" / "customers.yml"
    cycle = "references: [{dimension: orders, columns: [customer_id]}]\nfull_load"
    path.write_text(path.read_text().replace("full_load", cycle))
    with pytest.raises(ContractErrors, match="form a cycle: customers → orders → customers"):
        load_feed(path.parent)


def test_a_domain_that_no_column_uses_is_only_a_warning(tmp_path: Path) -> None:
    faults(tmp_path, "orders.yml", ", domain: order_status", "")
    loaded = load_feed_with_warnings(tmp_path / "contracts" / "shop")
    [warning] = loaded.warnings
    assert str(warning).endswith(
        "source.yml:22: domains.order_status: no column uses 'order_status':"
        " remove it, or name it in a column"
    )


def test_two_sources_cannot_have_the_same_extract(tmp_path: Path) -> None:
    faults(tmp_path)
    folder = tmp_path / "contracts"
    (folder / "store").mkdir()
    for name, text in EXAMPLES.items():
        text = text.replace("source: shop", "source: store")
        (folder / "store" / name).write_text(text)
    with pytest.raises(ContractErrors, match="the source shop has an extract 'orders' too"):
        load_feeds(folder)


def places(value: Any, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a document but the whole."""
    keys = list(value) if isinstance(value, dict) else []
    keys = list(range(len(value))) if isinstance(value, list) else keys
    for key in keys:
        yield (*here, key)
        yield from places(value[key], (*here, key))


PLACES = [(name, p) for name, text in EXAMPLES.items() for p in places(yaml.safe_load(text))]


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.sampled_from(PLACES), junk=JUNK)
def test_junk_anywhere_is_a_fault_or_a_feed_but_never_a_crash(
    place: tuple[str, tuple[str | int, ...]], junk: object, tmp_path: Path
) -> None:
    faults(tmp_path)
    name, steps = place
    document = yaml.safe_load(EXAMPLES[name])
    parent = document
    for step in steps[:-1]:
        parent = parent[step]
    parent[steps[-1]] = junk
    path = tmp_path / "contracts" / "shop" / name
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    with contextlib.suppress(ContractErrors):
        load_feed(path.parent)
