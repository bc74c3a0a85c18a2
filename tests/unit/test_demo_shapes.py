"""The demo feed of contracts whose files have several shapes."""

from pathlib import Path

from codegen.contract.loading import load_feed
from rawcore.demo.feed import FeedOptions, deliveries

SOURCE = """
source: shop
title: Shop
dialect: {field_separator: ";", row_separator: "\\n", encoding: utf-8, header: true}
timezone: Europe/Berlin
file_names: {patterns: ["{kind}_{file_type}_{date_extracted:YYYYMMDD}"]}
"""
THINGS = """
extract: things
file_types: [Things]
description: Things for sale.
natural_key: [code]
core: {kind: dimension, table: dim_things}
columns:
  - {name: code, source: Code, type: text}
  - {name: colour, source: Colour, type: text, pii: keep, until: 2025-09-14}
  - {name: price, source: Price, type: "numeric(6,2)"}
  - {name: colour, source: Shade, type: text, pii: keep, since: 2025-09-14}
  - {name: stock, source: Stock, type: integer, since: 2025-09-14}
"""


def test_each_file_has_the_columns_of_its_time(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "source.yml").write_text(SOURCE)
    (tmp_path / "shop" / "things.yml").write_text(THINGS)
    made = deliveries(
        load_feed(tmp_path / "shop"), options=FeedOptions(rows=300, batches=2, dirt=False)
    )
    files = {one.key[-8:]: one.body.decode().splitlines() for one in made if "_Things_" in one.key}
    assert [files[day][0] for day in ("20250907", "20250914")] == [
        "Code;Colour;Price",
        "Code;Price;Shade;Stock",
    ]
    fields = {day: {len(row.split(";")) for row in rows} for day, rows in files.items()}
    assert fields == {"20250907": {3}, "20250914": {4}}
