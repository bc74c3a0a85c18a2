"""A depot of rows loaded by the contracts of yesterday: what was delivered, and where it is."""

from dataclasses import dataclass

from tests.support.upgrade import Delivery, Project

BINS, SAMPLES, SHELVES, PICKS = (
    f"depot/{name}.yml" for name in ("bins", "samples", "shelves", "picks")
)
LEVELS = "  - {name: levels, source: Levels, type: integer}\n"
CRATES = """\
extract: crates
file_types: [Crates]
description: Crates.
natural_key: [crate_id]
core: {kind: dimension, table: dim_crates}
columns:
  - {name: crate_id, source: CrateID, type: bigint}
  - {name: owner, source: Owner, type: text, pii: pseudonymise}
"""


def column(name: str, rest: str) -> str:
    return f"  - {{name: {name}, source: {name.title()}, {rest}}}\n"


def bin_(aisle: str, shelf: str, **more: str) -> dict[str, str]:
    return {"aisle": aisle, "shelf": shelf, "colour": "Red", "size": "S", **more}


def sample(number: int, **more: str) -> dict[str, str]:
    return {"sample_id": str(number), **more}


FIRST: Delivery = {
    "bins": [
        bin_("A", "1", stock="5", remark="dry"),
        bin_("A", "2", stock="7", colour="Green"),
        bin_("B", "1", size="M"),
        bin_("C", "1", size="", colour=""),
    ],
    "picks": [
        {"aisle": "A", "shelf": "1", "revision": "1", "taken": "3"},
        {"aisle": "B", "shelf": "1", "revision": "1", "taken": "x"},
    ],
    "samples": [
        sample(1, an_integer="40000", a_smallint="7", an_amount="1.50", a_text="12", checked="3"),
        sample(2, an_integer="5", a_smallint="8", a_numeric="2.0", a_text="twelve", checked="4"),
        sample(3, an_integer="3000000000", a_text="12", checked="11", an_amount="0.5"),
        sample(4, an_integer="9", a_date="2025-01-02", a_boolean="1", an_amount="99999.99"),
        sample(5),
    ],
    "shelves": [
        {"shelf_id": "1", "label": "top", "levels": "4"},
        {"shelf_id": "2", "label": "low", "levels": ""},
    ],
}
SECOND: Delivery = {
    "bins": [
        bin_("A", "1", stock="6", remark="wet"),
        bin_("A", "2", stock="7", colour="Green"),
        bin_("C", "1", size="L", colour="Blue"),
    ],
    "picks": [{"aisle": "A", "shelf": "1", "revision": "2", "taken": "4"}],
    "samples": [
        sample(1, an_integer="40001", a_smallint="7", an_amount="1.50", a_text="13", checked="3"),
        sample(2, an_integer="5", a_smallint="8", a_numeric="2.0", a_text="twelve", checked="4"),
        sample(4, an_integer="9", a_date="2025-01-02", a_boolean="1", an_amount="99999.99"),
        sample(6, an_integer="70000", a_text="6", checked="9"),
    ],
    "shelves": [
        {"shelf_id": "1", "label": "top", "levels": "4"},
        {"shelf_id": "3", "label": "mid", "levels": "2"},
    ],
}
DAYS = {"2025-07-06 12:00": FIRST, "2025-07-07 12:00": SECOND}


@dataclass(frozen=True)
class Depot:
    """A depot with rows: its project, and the template of its database."""

    project: Project
    template: str
