"""The feed generator: equal seeds give equal bytes; names, shapes and faults as in a source."""

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from codegen.contract.loading import load_feed
from codegen.contract.model import Extract, Feed
from codegen.contract.patterns import name_pattern
from rawcore.demo.feed import Delivery, FeedOptions, deliveries, main
from rawcore.demo.sizes import DEFAULT_ROWS, sizes, special, subject
from rawcore.demo.upload import Uploader, write_settings
from rawcore.demo.words import health_numbers
from rawcore.local.weed import Weed

CONTRACTS = Path(__file__).parents[2] / "contracts"
TINY = FeedOptions(rows=3000)

SHOP = {
    "source.yml": """
source: shop
title: Shop
dialect: {field_separator: "\\t", row_separator: "\\n", encoding: latin-1, header: true}
timezone: Europe/Berlin
file_names: {patterns: ["{kind}_{file_type}_{date_extracted:YYYYMMDD}"]}
""",
    "things.yml": """
extract: things
file_types: [Things]
description: Things for sale.
natural_key: [code]
core: {kind: dimension, table: dim_things}
columns:
  - {name: code, source: Code, type: text}
  - {name: colour, source: Colour, type: text, pii: keep}
""",
    "sales.yml": """
extract: sales
file_types: [Sales]
description: Things sold.
natural_key: [day, code]
core: {kind: fact, table: fact_sales}
references:
  - {dimension: things, columns: [code]}
columns:
  - {name: day, source: Day, type: date}
  - {name: code, source: Code, type: text}
  - {name: amount, source: Amount, type: "numeric(6,2)"}
""",
}


class Bucket(Weed):
    """A server that records the uploaded keys."""

    keys: ClassVar[list[str]] = []

    def client(self) -> Any:
        return self

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803
        self.keys.append(Key)


@lru_cache
def indici() -> Feed:
    return load_feed(CONTRACTS / "indici")


@lru_cache
def tiny() -> tuple[Delivery, ...]:
    return tuple(deliveries(indici(), options=TINY))


@lru_cache
def bigger() -> tuple[Delivery, ...]:
    return tuple(deliveries(indici(), options=FeedOptions(rows=24_000, batches=2)))


def facts_of(delivery: Delivery) -> dict[str, str]:
    """The facts in the name of an object; none if it fits no pattern."""
    name = re.split(r"[/\\]", delivery.key)[-1]
    for pattern in indici().source.file_names.patterns:
        read = name_pattern(pattern, indici().source.file_names.endings)
        found = re.match(read.regex, name)
        if found:
            return dict(zip(read.fields, found.groups(), strict=True))
    return {}


def extract_of(delivery: Delivery) -> Extract:
    spelling = facts_of(delivery)["file_type"].lower()
    return next(e for e in indici().extracts if spelling in e.file_type_keys)


def rows_of(delivery: Delivery) -> list[list[str]]:
    text = delivery.body.decode("utf-16le")
    assert text.endswith("|~~|")
    return [row.split("|^^|") for row in text.removesuffix("|~~|").split("|~~|")]


def files(of: tuple[Delivery, ...]) -> list[Delivery]:
    return [delivery for delivery in of if facts_of(delivery)]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    assert tuple(deliveries(indici(), 1, TINY)) == tiny()
    other = tuple(deliveries(indici(), 2, TINY))
    assert [d.key for d in other] == [d.key for d in tiny()]
    assert other != tiny()


def test_health_numbers_are_different_test_numbers_with_valid_check_characters() -> None:
    from rawcore.demo import words

    assert words._check("ZZZ001") == "6"
    assert words._check("ZZZ00A") == "X"
    numbers = health_numbers(5000)
    assert len(set(numbers)) == 5000
    assert all(re.fullmatch(r"Z[A-HJ-NP-Z]{2}(\d{4}|\d\d[A-HJ-NP-Z]{2})", n) for n in numbers)


def test_the_first_delivery_has_a_full_file_and_a_delta_of_each_type_and_tenant() -> None:
    first = [facts_of(d) for d in files(tiny()) if d.batch == 1 and not d.note]
    full = [f for f in first if f["date_from"] < "2020"]
    assert len(full) == len(first) - len(full) == 2 * len(indici().extracts)
    assert {f["date_extracted"] for f in first} == {"2509071205"}


def test_each_later_delivery_is_a_week_of_deltas_but_for_the_late_file() -> None:
    plain = Counter(d.batch for d in files(tiny()) if not d.note)
    both = 2 * len(indici().extracts)
    assert plain == {1: 2 * both, 2: both - 1, 3: both, 4: both}
    late = next(d for d in tiny() if d.note == "late")
    assert (late.batch, facts_of(late)["date_extracted"]) == (4, "2509141205")
    assert extract_of(late) is subject(indici())


def test_all_spellings_of_names_are_in_use() -> None:
    names = [re.split(r"[/\\]", d.key)[-1] for d in files(tiny())]
    assert {name.lower().endswith(".csv") for name in names} == {True, False}
    assert any(name.endswith(".CSV") for name in names)
    assert {name.count("_") for name in names} >= {0, 3, 5}
    spelled = {facts_of(d)["file_type"] for d in files(tiny())}
    assert spelled == {s for e in indici().extracts for s in e.file_types}


def test_odd_keys_and_strays_are_delivered() -> None:
    keys = [d.key for d in tiny()]
    assert any(key.startswith("C:/Jobs/indici_export/") for key in keys)
    assert any("\\" in key for key in keys)
    assert [d.note for d in tiny() if not facts_of(d)] == ["fits no pattern"] * 2
    strangers = [facts_of(d)["practice_id"] for d in tiny() if d.note == "unknown tenant"]
    assert strangers == ["999"]


def test_the_correction_has_the_key_of_an_earlier_object_and_other_content() -> None:
    corrected = next(d for d in tiny() if d.note == "corrected")
    before = next(d for d in tiny() if d.key == corrected.key)
    assert (before.batch, corrected.batch) == (2, 3)
    assert before.body != corrected.body
    assert extract_of(corrected).extract == special(indici()).corrected


def test_without_dirt_every_row_has_its_fields_and_no_key_twice() -> None:
    for delivery in files(tuple(deliveries(indici(), options=FeedOptions(rows=2000, dirt=False)))):
        extract, rows = extract_of(delivery), rows_of(delivery)
        assert {len(row) for row in rows} == {len(extract.columns)}
        places = [extract.column_names.index(name) for name in extract.natural_key]
        keys = Counter(tuple(row[place] for place in places) for row in rows)
        assert max(keys.values()) == 1
        assert len(rows) == delivery.rows


def test_references_point_to_keys_of_the_dimension_but_for_a_few_orphans() -> None:
    main, known = subject(indici()), set()
    key = main.natural_key[0]
    orphans = total = 0
    for delivery in (d for d in files(bigger()) if "545" in d.key):
        extract = extract_of(delivery)
        rows = [row for row in rows_of(delivery) if len(row) == len(extract.columns)]
        values = [
            row[extract.column_names.index(key)] for row in rows if key in extract.column_names
        ]
        if extract is main:
            known.update(values)
        filled = [value for value in values if value]
        total, orphans = total + len(filled), orphans + sum(v not in known for v in filled)
    assert 0 < orphans < total * 0.02


def test_every_file_stays_far_below_the_reject_threshold() -> None:
    clean = tuple(deliveries(indici(), options=FeedOptions(rows=24_000, batches=2, dirt=False)))
    for dirty, right in zip(bigger(), clean, strict=True):
        if facts_of(dirty):
            spoilt = Counter(map(tuple, rows_of(dirty))) - Counter(map(tuple, rows_of(right)))
            assert spoilt.total() <= dirty.rows * 0.012 + 1
            assert spoilt.total() == 0 or dirty.rows >= 150


def test_the_dirt_has_every_kind() -> None:
    text = "".join(d.body.decode("utf-16le") for d in files(bigger()))
    for fault in ("2025-02-30", "2025-13-01 10:00:00.000", "Rescheduled?", "18.555", "1900-01-01"):
        assert fault in text
    assert "|2025-09-28 02:30:00.000|" in text
    assert re.search(r"NHI Z[A-Z]{2}", text)
    assert all(odd in text for odd in ("\t", "\\", "\r\n", "ā", "“"))
    widths = [
        {len(row) - len(extract_of(d).columns) for row in rows_of(d)} for d in files(bigger())
    ]
    assert set().union(*widths) == {-1, 0, 1}


def test_rows_change_from_delivery_to_delivery_and_load_times_always() -> None:
    main = subject(indici())
    fresh = next(n for n, c in enumerate(main.columns) if c.tracked is False)
    seen: dict[str, set[str]] = {}
    stamps: dict[str, list[str]] = {}
    for delivery in files(tiny()):
        if extract_of(delivery) is main and facts_of(delivery)["practice_id"] == "535":
            for row in rows_of(delivery):
                stamps.setdefault(row[0], []).append(row[fresh])
                seen.setdefault(row[0], set()).add("|".join(row[:fresh] + row[fresh + 1 :]))
    again = [key for key, times in stamps.items() if len(times) > 1]
    assert max(len(states) for states in seen.values()) >= 4
    assert all(len(set(stamps[key])) == len(stamps[key]) for key in again)


def test_the_default_feed_has_the_promised_size_and_small_dimensions() -> None:
    planned = sizes(indici(), DEFAULT_ROWS)
    assert sum(planned.values()) >= 0.84 * DEFAULT_ROWS
    assert len(planned) == 18
    facts = [planned[e.extract] for e in indici().extracts if not e.is_dimension]
    lookups = [
        planned[e.extract]
        for e in indici().extracts
        if e.is_dimension and e is not subject(indici())
    ]
    assert max(lookups) < min(facts) / 10


def test_any_other_source_gets_a_feed_too(tmp_path: Path) -> None:
    for name, text in SHOP.items():
        (tmp_path / "shop" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "shop" / name).write_text(text)
    made = list(deliveries(load_feed(tmp_path / "shop"), options=FeedOptions(rows=900, batches=3)))
    first = made[0].body.decode("latin-1").splitlines()
    assert made[0].key == "shop/2025-09-07/full_Things_20250907"
    assert first[:2] == ["Code\tColour", first[1]]
    sales = next(d for d in made if "_Sales_" in d.key).body.decode("latin-1").splitlines()
    known = {row.split("\t")[0] for row in first[1:]}
    assert len({row.split("\t")[1] for row in sales[1:]} - known) <= 6  # orphans, dirt


def test_the_command_writes_the_objects_below_a_folder(tmp_path: Path) -> None:
    arguments = ["--contracts", str(CONTRACTS), "--out", str(tmp_path), "--rows", "300"]
    result = CliRunner().invoke(main, [*arguments, "--batches", "1", "--tenants", "1"])
    assert result.exit_code == 0, result.output
    assert re.match(r"38 objects, \d+ rows, \d+ MB", result.output)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 38


@pytest.mark.parametrize("arguments", [[], ["--out", "x", "--bucket", "y"]])
def test_the_command_wants_one_place_to_write_to(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, ["--contracts", str(CONTRACTS), *arguments])
    assert result.exit_code == 2
    assert "--out FOLDER or --bucket NAME" in result.output


def test_an_interrupted_upload_goes_on_with_the_batch_that_is_missing(tmp_path: Path) -> None:
    bucket, options = Bucket(tmp_path), FeedOptions(rows=300, batches=3, specials=False)
    first = next(Uploader(bucket, "demo", indici(), options).batches())
    assert (first.number, first.objects, len(bucket.keys)) == (1, 72, 72)
    again = Uploader(bucket, "demo", indici(), options)
    assert [batch.number for batch in again.batches()] == [2, 3]
    assert again.complete
    assert not again.differs
    assert len(bucket.keys) == len(set(bucket.keys)) == 4 * 36
    assert Uploader(bucket, "demo", indici(), FeedOptions(rows=301, batches=3)).differs


def test_settings_are_for_the_user_alone(tmp_path: Path) -> None:
    write_settings(tmp_path / "demo.env", {"B": "2", "A": "1"})
    assert (tmp_path / "demo.env").read_text() == "export A='1'\nexport B='2'\n"
    assert (tmp_path / "demo.env").stat().st_mode & 0o777 == 0o600
