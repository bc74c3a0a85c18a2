"""The contract model: keys, defaults, order, types."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.authoring.examples import EXAMPLES
from codegen.contract.extract import singular
from codegen.contract.loading import load_feed
from codegen.contract.model import Column, Feed


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, text in EXAMPLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return load_feed(folder)


def test_a_key_begins_with_the_tenant(feed: Feed) -> None:
    key = feed.key_columns(feed.extract("orders"))
    assert [column.name for column in key] == ["branch_id", "order_id"]
    assert [column.is_required for column in key] == [True, True]
    assert [column.is_tenant for column in key] == [True, False]


def test_free_text_is_dropped_unless_the_contract_says_otherwise(feed: Feed) -> None:
    resolved = {c.name: c.core_pii for e in feed.extracts for c in e.columns}
    assert resolved == {
        "branch_id": "keep",
        "customer_id": "keep",
        "email": "pseudonymise",
        "town": "keep",
        "credit_limit": "keep",
        "exported_at": "keep",
        "order_id": "keep",
        "recipient_id": "keep",
        "status": "keep",
        "items": "keep",
        "placed_on": "keep",
        "sent_on": "keep",
        "remarks": "drop",
        "changed_at": "keep",
    }


def test_text_that_says_nothing_about_privacy_is_dropped() -> None:
    assert Column(name="notes", source="Notes", type="text").core_pii == "drop"
    assert not Column(name="notes", source="Notes", type="text").in_core


def test_a_reference_takes_its_key_name_from_the_entity(feed: Feed) -> None:
    references = feed.references(feed.extract("orders"))
    assert [r.key for r in references] == ["customer_key", "recipient_key"]
    assert [r.columns[0].name for r in references] == ["customer_id", "recipient_id"]
    assert [r.target_columns[0].name for r in references] == ["customer_id", "customer_id"]


def test_dimensions_load_before_what_refers_to_them(feed: Feed) -> None:
    first = feed.extract("orders").model_copy(update={"extract": "a_orders"})
    feed = Feed(source=feed.source, extracts=(first, *feed.extracts))
    assert [e.extract for e in feed.extracts] == ["a_orders", "customers", "orders"]
    assert [e.extract for e in feed.load_order()] == ["customers", "a_orders", "orders"]


def test_an_extract_overrides_its_source(feed: Feed) -> None:
    orders, customers = feed.extract("orders"), feed.extract("customers")
    assert (feed.ragged_rows(orders), feed.ragged_rows(customers)) == ("fail", "reject")
    assert feed.thresholds(orders).reject_rate == 0.01
    assert feed.thresholds(orders).mirror_close_share == 0.2
    assert feed.thresholds(customers).reject_rate == 0.05


@pytest.mark.parametrize(
    ("text", "postgres", "base", "scale"),
    [
        ("text", "text", "text", None),
        ("numeric", "numeric", "numeric", None),
        ("numeric(12,2)", "numeric(12,2)", "numeric", 2),
        ("numeric( 5, 0 )", "numeric(5,0)", "numeric", 0),
        ("timestamptz", "timestamptz", "timestamptz", None),
    ],
)
def test_a_type_has_a_base_and_a_scale(
    text: str, postgres: str, base: str, scale: int | None
) -> None:
    column = Column(name="x", source="X", type=text)
    assert (column.postgres_type, column.base_type, column.scale) == (postgres, base, scale)


@pytest.mark.parametrize(
    ("plural", "expected"),
    [("orders", "order"), ("deliveries", "delivery"), ("press", "press"), ("stock", "stock")],
)
def test_an_entity_is_the_singular_of_its_extract(plural: str, expected: str) -> None:
    assert singular(plural) == expected


def test_spellings_are_compared_in_lower_case_and_once(feed: Feed) -> None:
    extract = feed.extract("customers").model_copy(update={"file_types": ("NewOnes", "Newones")})
    assert extract.file_type_keys == ("newones",)
