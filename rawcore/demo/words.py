"""Pools of invented words: names, places, numbers and texts; none belongs to a real person.

Numbers of the national health identifier start with Z, which is reserved for tests.
"""

from __future__ import annotations

import random
from functools import lru_cache

POOL = 400
"""Number of texts in a pool."""

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # the identifier uses neither I nor O
_WEIGHTS = (7, 6, 5, 4, 3, 2)
_STARTS = ("Ar", "Bel", "Cor", "Dav", "Ell", "Fen", "Hār", "Jor", "Kēp", "Lin", "Mā", "Ōra")
_ENDS = ("an", "eth", "ika", "o", "ora", "wyn", "ata", "iri", "ūna", "ley")
_FAMILY_STARTS = ("Quill", "Fern", "Stone", "Wether", "Pōha", "Tūī", "Moss", "Larks", "Brack", "Ko")
_FAMILY_ENDS = ("field", "wharo", "combe", "rangi", "ton", "whare", "by", "hurst", "mere", "D'Arc")
_PLACES = ("Kōwhai Bay", "Rātā Flat", "Mānuka Vale", "Pūriri Point", "Fernleigh", "Long Reach")
_STREETS = ("Tōtara Street", "Lower Quay", "Mill Lane", "Nīkau Road", "Station Road", "Hill Rise")
_HOUSES = ("Kererū House", "Harbour Centre", "Rimu Clinic", "Tūī Rooms", "Weka Wing", "Pāua Unit")
_VALUES = (
    *(
        "Routine",
        "Standard",
        "Urgent",
        "Pending",
        "Active",
        "Closed",
        "Review",
        "Shared",
        "Group A",
    ),
    *("Group B", "First", "Second", "Follow up", "Self", "Other", "Unknown", "Not stated", "New"),
    *("Returned", "Phone", "In person", "Online", "Low", "Medium", "High", "Māori", "Temporary"),
)
_OPENINGS = ("Seen today", "Rang back", "Letter sent", "Feels better", "Ask again", "Kōrero held")
_MIDDLES = ("about sleep", "with whānau", "after the walk", "for a check", "on the results")
_CLOSINGS = ("; will ring.", ", no change", " - all well", ". Tino pai", " (see file)", " … later")
ODD_TEXTS = (
    'said "it\'s fine", then left',
    "“typographic” ‘quotes’ – and a dash",
    "tab\there and\tthere",
    "first line\r\nsecond line",
    "ends with a line end\n",
    "a path C:\\notes\\new\\table",
    "backslash at the end \\",
    "  blanks around  ",
    "Whānau hui at Ōtūmoetai, āpōpō",
    "a|b^c~d, half a separator |^ and |~",
    "NULL",
    "\\N",
    "50% off; {braces} $tag$ <b>&amp;</b>",
)


def _check(text: str) -> str:
    """Return the check digit or letter of the first six characters; '' if there is none."""
    values = (_LETTERS.find(character) + 1 or int(character) for character in text)
    total = sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True))
    if text[-1].isdigit():
        return "" if total % 11 == 0 else str((11 - total % 11) % 10)
    return "" if total % 24 == 0 else _LETTERS[23 - total % 24]


@lru_cache(maxsize=4)
def health_numbers(count: int) -> tuple[str, ...]:
    """Return different valid test numbers in both forms, such as ZZZ0016 and ZZZ00AX."""
    rng = random.Random("health numbers")
    found: dict[str, None] = {}
    while len(found) < count:
        draw = rng.randrange(1 << 30)
        text = "Z" + _LETTERS[draw % 24] + _LETTERS[draw // 24 % 24]
        rest = draw // 576
        text += (
            f"{rest % 100:02d}{_LETTERS[rest // 100 % 24]}"
            if rest % 3 == 0
            else f"{rest % 1000:03d}"
        )
        check = _check(text)
        if check:
            found[text + check] = None
    return tuple(found)


def first_names() -> list[str]:
    """Return invented first names."""
    return [start + end for start in _STARTS for end in _ENDS]


def family_names() -> list[str]:
    """Return invented family names."""
    return [start + end for start in _FAMILY_STARTS for end in _FAMILY_ENDS]


def full_names(rng: random.Random) -> list[str]:
    """Return first and family names."""
    firsts, families = first_names(), family_names()
    return [f"{rng.choice(firsts)} {rng.choice(families)}" for _ in range(POOL)]


def labels() -> list[str]:
    """Return names for things and services."""
    return list(_HOUSES)


def places() -> list[str]:
    """Return invented places."""
    return list(_PLACES)


def addresses(rng: random.Random) -> list[str]:
    """Return street and number."""
    return [f"{rng.randint(1, 280)} {rng.choice(_STREETS)}" for _ in range(POOL)]


def emails(rng: random.Random) -> list[str]:
    """Return addresses in a domain that is reserved for examples."""
    return [f"{rng.choice(_ENDS)}.{rng.randint(10, 9999)}@example.org" for _ in range(POOL)]


def phones(rng: random.Random) -> list[str]:
    """Return phone numbers with a plus sign, from a range that is not in use."""
    return [f"+6420000{rng.randint(1000, 99999)}" for _ in range(POOL)]


def codes(rng: random.Random) -> list[str]:
    """Return codes with leading zeros, some long."""
    short = [f"{rng.randint(1, 9999):04d}" for _ in range(POOL // 2)]
    return short + [f"{rng.randint(10**8, 10**10):016d}" for _ in range(POOL // 2)]


def guids(rng: random.Random) -> list[str]:
    """Return uuids as text."""
    raw = (f"{rng.getrandbits(128):032x}" for _ in range(POOL))
    return [f"{t[:8]}-{t[8:12]}-4{t[13:16]}-a{t[17:20]}-{t[20:]}" for t in raw]


def list_values(rng: random.Random) -> list[str]:
    """Return a few values for a closed list of the source."""
    return rng.sample(_VALUES, 6)


def texts(rng: random.Random) -> list[str]:
    """Return free texts: plain ones, odd ones, and some with a health number."""
    plain = [
        rng.choice(_OPENINGS) + " " + rng.choice(_MIDDLES) + rng.choice(_CLOSINGS)
        for _ in range(POOL)
    ]
    numbers = rng.sample(health_numbers(5000), POOL // 20)
    named = [f"{rng.choice(_OPENINGS)}, NHI {number}{rng.choice(_CLOSINGS)}" for number in numbers]
    odd = rng.sample(ODD_TEXTS, 6)
    return plain + named + odd
