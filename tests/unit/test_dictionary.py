"""The data dictionary: every column, where it goes, and the texts of the comments."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from codegen.authoring.dictionary import dictionary
from codegen.authoring.examples import EXAMPLES
from codegen.contract.loading import load_feed


@pytest.fixture
def page(tmp_path: Path) -> str:
    """The dictionary of the example of the contract reference."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, text in EXAMPLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return dictionary(load_feed(folder))


def rows(page: str, extract: str) -> list[list[str]]:
    """Cells of an extract's table as text, lines within a cell joined by '; '."""
    section = page.split(f'<section id="{extract}">')[1].split("</section>")[0]
    found = re.findall(r"<tr id=.*?>(.*)</tr>", section)
    cells = [re.findall(r"<td.*?>(.*?)</td>", row) for row in found]
    return [
        [unescape(re.sub("<.*?>", "", c.replace("<span", "; <span"))) for c in r] for r in cells
    ]


def test_each_column_says_what_it_is_and_what_core_receives(page: str) -> None:
    assert rows(page, "customers") == [
        ["1", "branch_id", "Branch", "text; key", "value", "Branch as delivered."],
        ["2", "customer_id", "CustomerNo", "bigint; key", "value", "Number of the account."],
        [
            *("3", "email", "EMail", "text", "pseudonym, with history"),
            "EMail as delivered. A pseudonym: HMAC-SHA-256, in hex.",
        ],
        ["4", "town", "Town", "text", "value, with history", "Town as delivered."],
        [
            *("5", "credit_limit", "Limit", "numeric(12,2)", "value, newest value"),
            "Limit as delivered. Unit: EUR.",
        ],
        [
            *("6", "exported_at", "ExportedAt", "timestamptz", "value, changes are ignored"),
            "ExportedAt as delivered.",
        ],
    ]


def test_formats_domains_and_checks_are_there(page: str) -> None:
    found = {row[1]: row[3] for row in rows(page, "orders")}
    assert found["status"] == "text; domain order_status"
    assert found["sent_on"] == "date; YYYYMMDD; check: sent_on >= placed_on"
    assert found["placed_on"] == "date; DD/MM/YYYY"
    assert [row[4] for row in rows(page, "orders") if row[1] == "remarks"] == ["dropped"]


def test_the_way_of_a_row_and_its_references(page: str) -> None:
    for text in ("raw.orders_raw", "stg.orders", "core.fact_orders", "recipient_key"):
        assert f"<code>{text}</code>" in page
    assert '<a href="#customers">customers</a> by <code>recipient_id</code>' in page


def test_texts_of_contracts_cannot_break_the_page(page: str, tmp_path: Path) -> None:
    orders = (tmp_path / "shop" / "orders.yml").read_text()
    (tmp_path / "shop" / "orders.yml").write_text(orders.replace("Free text.", "<b>&amp;"))
    broken = dictionary(load_feed(tmp_path / "shop"))
    assert "&lt;b&gt;&amp;amp;" in broken
