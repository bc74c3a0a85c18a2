"""The sizes of tables, and the special files of a feed, derived from contracts alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from codegen.contract.model import Extract, Feed

DEFAULT_ROWS = 215_000
_FULL_SHARE = 0.85  # the other rows are in the deltas of four batches
_SUBJECT_SHARE = 0.04
_LOOKUP_SHARE = 0.001
_WIDE = 100


@dataclass(frozen=True)
class Special:
    """The extract with the late file, and the extract with the corrected file."""

    late: str
    corrected: str
    stranger: str


def references_to(feed: Feed) -> Counter[str]:
    """Return how many references point to each dimension."""
    return Counter(r.dimension for extract in feed.extracts for r in extract.references)


def subject(feed: Feed) -> Extract:
    """Return the dimension with the most references to it; else the first extract."""
    counts = references_to(feed)
    return max(feed.load_order(), key=lambda extract: counts[extract.extract])


def sizes(feed: Feed, rows: int) -> dict[str, int]:
    """Return the rows of each extract's full file, over all tenants, for `rows` rows in total.

    Dimensions are smaller than facts. Facts whose references may all be empty get twice the rows,
    very wide facts get half.
    """
    total = rows * _FULL_SHARE
    main = subject(feed)
    shares = {
        extract.extract: _SUBJECT_SHARE if extract is main else _LOOKUP_SHARE
        for extract in feed.extracts
        if extract.is_dimension
    }
    facts = [extract for extract in feed.extracts if not extract.is_dimension]
    weights = {extract.extract: _weight(extract) for extract in facts}
    left = 1 - sum(shares.values())
    for name, weight in weights.items():
        shares[name] = left * weight / sum(weights.values())
    whole = sum(shares.values()) or 1
    return {name: max(1, round(total * share / whole)) for name, share in shares.items()}


def _weight(extract: Extract) -> float:
    names = {name for reference in extract.references for name in reference.columns}
    required = any(extract.column(name).is_required for name in names)
    return (1.0 if required else 2.0) * (0.5 if len(extract.distinct_columns) > _WIDE else 1.0)


def special(feed: Feed) -> Special:
    """Return the extracts of the special deliveries."""
    order = [extract for extract in feed.load_order() if extract.natural_key] or feed.load_order()
    facts = [extract for extract in order if not extract.is_dimension] or order
    counts = references_to(feed)
    lookups = sorted(order, key=lambda e: (not e.is_dimension, counts[e.extract], e.extract))
    return Special(subject(feed).extract, facts[0].extract, lookups[0].extract)
