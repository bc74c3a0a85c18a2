"""The contracts of Indici: complete, true to the feed, and careful with personal data."""

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from codegen.contract.loading import load_feed
from codegen.contract.model import Column, Extract, Feed

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"

NATURAL_KEYS = {
    "allergies": ["allergy_id"],
    "appointment_medications": ["medication_id"],
    "appointments": ["appointment_id"],
    "diagnoses": ["diagnosis_id"],
    "immunisations": ["appointment_immunisation_id"],
    "inbox": ["inbox_folder_item_id"],
    "inbox_detail": ["in_box_folder_item_in_line_id"],
    "invoice_detail": ["invoice_detail_id"],
    "invoices": ["invoice_transaction_id"],
    "measurements": ["screaning_id"],
    "medicine": ["medicine_id"],
    "next_of_kin": ["nextto_kin_id"],
    "patient_alerts": ["patient_alert_id"],
    "patients": ["patient_id"],
    "practice_info": [],
    "providers": ["provider_id"],
    "recalls": ["re_call_id"],
    "vaccine": ["vaccine_id"],
}
DIMENSIONS = {"medicine", "patients", "practice_info", "providers", "vaccine"}
OTHER_SPELLINGS = {
    ("AppointmentMedicaitons", "appointment_medications"),
    ("Diagnosis", "diagnoses"),
    ("Immunisation", "immunisations"),
    ("NextofKin", "next_of_kin"),
    ("Patient", "patients"),
    ("Provider", "providers"),
}
# Words that free text, contact details, places below the city and names of persons have in common.
SENSITIVE = re.compile(
    r"note|comment|remark|description|summary|reason|direction|prompt|result$|^field\d|^score$"
    r"|subject$|email|phone|cell|fax|pager|contact(_name)?$|extension|picture"
    r"|latitude|longitude|street|suburb|house|building|postal_code|domicile|meshblock"
    r"|^(permanent|temporary|postal|full)_address$"
    r"|^(title|name|patient|provider|vaccinator|diagnosis_by|assign_to|income_provider)$"
    r"|(first|middle|family|full|preferred|maiden|patient|provider|user|gp|specialist)_name$"
    r"|(inserted|updated|printed|stopped|mapped)_by$|verifier|account_holder(_employer)?$|nok$"
    r"|occupation|place_of_birth|bank_account|gst_no"
)


@pytest.fixture(scope="module")
def feed() -> Feed:
    return load_feed(ROOT / "contracts" / "indici")


@pytest.fixture(scope="module")
def delivered() -> dict[str, list[str]]:
    """Headings of each extract in the order of its file, by the name in file names."""
    headings: dict[str, list[str]] = defaultdict(list)
    with (DATA / "indici_columns.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            headings[row["extract"]].append(row["source_column"])
            assert len(headings[row["extract"]]) == int(row["position"])
    return headings


def columns(feed: Feed) -> list[tuple[Extract, Column]]:
    return [(extract, column) for extract in feed.extracts for column in extract.columns]


def names(found: list[tuple[Extract, Column]]) -> list[str]:
    return [f"{extract.extract}.{column.name}" for extract, column in found]


def test_every_delivered_column_stands_in_its_contract_in_order_and_spelling(
    feed: Feed, delivered: dict[str, list[str]]
) -> None:
    written = {e.file_types[0]: [c.source for c in e.columns] for e in feed.extracts}
    assert written == delivered
    assert sum(len(headings) for headings in written.values()) == 1116


def test_each_spelling_of_a_file_type_belongs_to_one_extract(
    feed: Feed, delivered: dict[str, list[str]]
) -> None:
    spellings = {(spelling, e.extract) for e in feed.extracts for spelling in e.file_types}
    assert {pair for pair in spellings if pair[0] not in delivered} == OTHER_SPELLINGS
    assert len(spellings) == len(delivered) + len(OTHER_SPELLINGS)


def test_natural_keys_are_those_of_the_feed(feed: Feed) -> None:
    assert {e.extract: list(e.natural_key) for e in feed.extracts} == NATURAL_KEYS
    keys = [c for _, c in columns(feed) if c.is_key and not c.is_tenant]
    assert {(c.type, c.required) for c in keys} == {("bigint", True)}


def test_five_extracts_are_dimensions_and_the_rest_facts(feed: Feed) -> None:
    tables = {e.extract: e.core.table for e in feed.extracts}
    kinds = {e: "dim" if e in DIMENSIONS else "fact" for e in NATURAL_KEYS}
    assert tables == {extract: f"{kind}_{extract}" for extract, kind in kinds.items()}
    assert {e.extract for e in feed.extracts if e.is_dimension} == DIMENSIONS


def test_every_extract_has_the_tenant_and_the_time_of_loading(feed: Feed) -> None:
    for extract in feed.extracts:
        loaded = extract.column("loaded_date_time")
        assert (loaded.type, loaded.tracked) == ("timestamptz", False)
        for name in ("practice_id", "per_org_id"):
            assert extract.column(name).type == "text"
            assert extract.column(name).is_required


def test_the_newest_of_two_rows_wins_wherever_rows_say_when_they_changed(feed: Feed) -> None:
    dated = {e.extract for e in feed.extracts if "updated_at" in e.column_names}
    assert {e.extract for e in feed.extracts if e.dedupe == ("updated_at",)} == dated


def test_references_of_facts_point_at_columns_of_the_keys_type(feed: Feed) -> None:
    keys = {e.extract: e.column(e.natural_key[0]).type for e in feed.extracts if e.natural_key}
    for extract in feed.extracts:
        for reference in extract.references:
            assert reference.dimension in DIMENSIONS
            types = [extract.column(name).type for name in reference.columns]
            assert types == [keys[reference.dimension]]


def test_flags_are_boolean_and_every_column_is_described(feed: Feed) -> None:
    flags = [(e, c) for e, c in columns(feed) if re.match(r"(is|show|consent\w*)_", c.name)]
    assert names([(e, c) for e, c in flags if c.type != "boolean"]) == []
    assert names([(e, c) for e, c in columns(feed) if not c.description.endswith(".")]) == []
    money = [(e, c) for e, c in columns(feed) if c.type == "numeric(12,2)" and c.unit != "NZD"]
    assert names(money) == []


def test_health_identifiers_reach_core_only_as_pseudonyms(feed: Feed) -> None:
    found = [(e, c) for e, c in columns(feed) if "NHINumber" in c.source]
    assert names(found) == ["next_of_kin.nhi_number", "patients.nhi_number", "providers.nhi_number"]
    assert {c.core_pii for _, c in found} == {"pseudonymise"}


def test_what_names_describes_or_locates_a_person_never_reaches_core(feed: Feed) -> None:
    free = [(e, c) for e, c in columns(feed) if c.base_type in {"text", "numeric"}]
    sensitive = [
        (e, c) for e, c in free if SENSITIVE.search(c.name) and c.name != "abnormal_result"
    ]
    assert len(sensitive) > 300
    reaching = [(e, c) for e, c in sensitive if c.in_core]
    assert names(reaching) == []


def test_every_text_column_says_what_becomes_of_it(feed: Feed) -> None:
    silent = [(e, c) for e, c in columns(feed) if c.type == "text" and c.pii is None]
    assert names([(e, c) for e, c in silent if not (c.is_tenant or c.domain)]) == []


def test_text_reaches_core_in_clear_only_where_it_was_reviewed(feed: Feed) -> None:
    """A new name in this list is a decision: could a person type into the column?"""
    with (DATA / "indici_kept_text.csv").open(encoding="utf-8", newline="") as lines:
        reviewed = [f"{row['extract']}.{row['column']}" for row in csv.DictReader(lines)]
    kept = [(e, c) for e, c in columns(feed) if c.type == "text" and c.core_pii == "keep"]
    assert names([(e, c) for e, c in kept if not (c.is_tenant or c.domain)]) == reviewed


def test_closed_lists_map_to_snake_case_and_reject_the_unknown(feed: Feed) -> None:
    used = {f"{e.extract}.{c.name}": c.domain for e, c in columns(feed) if c.domain}
    assert used == {
        "appointments.appointment_status": "appointment_status",
        "appointments.status_group": "status_group",
        "immunisations.immunisation_status": "immunisation_status",
    }
    for domain in feed.source.domains.values():
        assert domain.unknown == "reject"
        for source, core in domain.values.items():
            assert core == source.lower().replace(" ", "_")


def test_columns_that_never_reach_core_open_no_version(feed: Feed) -> None:
    hidden = [(e, c) for e, c in columns(feed) if e.is_dimension and not c.in_core]
    assert names([(e, c) for e, c in hidden if c.tracked == "history"]) == []
