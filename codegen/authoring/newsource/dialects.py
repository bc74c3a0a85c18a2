"""Find the dialect that reads all samples, by trying candidates with the real decoder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from codegen.authoring.newsource.columns import looks_like_data
from codegen.authoring.newsource.samples import (
    copied_rows,
    encoding_of_file,
    ends_with,
    head_of,
    likely_charset,
)
from rawcore.delimited.decoding import BadRow, CopyRows, Decoder, Dialect, decode
from rawcore.delimited.quoting import QuotedSeparators
from rawcore.delimited.separators import FIELD, ROW, Separators
from rawcore.errors import RawcoreError

_SINGLE = (",", ";", "\t", "|", "~", "^", "\x1f", "\x01")
_LINE_ENDS = ("\r\n", "\n")
_RUN = re.compile(r"[!#$%&*+;<=>?@\\^`{|}~\x01-\x08\x1c-\x1f]{2,12}")
_RUNS = 6
_ENOUGH = 0.9
_HEADING = re.compile(r"[^\W\d][\w .()/%#-]*")


@dataclass(frozen=True)
class DialectGuess:
    """A dialect, the number of columns of each sample, and remarks for the contract."""

    dialect: Dialect
    columns: dict[Path, int]
    remarks: tuple[str, ...]

    @property
    def without_header(self) -> Dialect:
        """The same dialect, reading the header as a row."""
        return replace(self.dialect, header=False)


class NoDialectError(Exception):
    """No pair of separators reads the samples."""


def guess_dialect(paths: list[Path]) -> DialectGuess:
    """Return the dialect that reads most rows of every sample. Raises NoDialectError."""
    heads = {path: head_of(path) for path in paths}
    best: tuple[tuple[float, ...], Dialect] | None = None
    for dialect in _candidates(list(heads.values())):
        score = _score(dialect, list(heads.values()))
        if score is not None and (best is None or score > best[0]):
            best = score, dialect
    if best is None:
        raise NoDialectError(
            "no pair of separators cuts the samples into rows with equal numbers of fields"
        )
    return _finished(best[1], heads)


def _candidates(heads: list[str]) -> Iterator[Dialect]:
    runs = _runs("".join(heads))
    fields = [one for one in (*_SINGLE, *runs) if all(one in head for head in heads)]
    rows = [one for one in (*_LINE_ENDS, *runs) if all(one in head for head in heads)]
    if "\r\n" in rows and all(head.count("\n") == head.count("\r\n") for head in heads):
        rows.remove("\n")
    for field, row in product(fields, rows):
        if field in row or row in field:
            continue
        dialect = Dialect(field, row, "utf-8", open_end=True)
        yield dialect
        if any(f'{before}"' in f"{row}{head}" for head in heads for before in (field, row)):
            yield replace(dialect, quote='"')


def _runs(text: str) -> list[str]:
    """Return runs of punctuation that may be separators; no run is a combination of other runs."""
    found = Counter(_RUN.findall(text))
    runs: list[str] = []
    for run, _ in sorted(found.items(), key=lambda item: (len(item[0]), -item[1])):
        one = re.escape(run[0])
        is_repeat = len(set(run)) == 1 and re.search(f"(?<!{one}){one}(?!{one})", text)
        is_made = any(re.fullmatch(f"({re.escape(a)}|{re.escape(b)})+", run)
                      for a in runs for b in runs)  # fmt: skip
        if not is_repeat and not is_made and found[run] > 1:
            runs.append(run)
    return sorted(runs, key=lambda run: -found[run])[:_RUNS]


def _score(dialect: Dialect, heads: list[str]) -> tuple[float, ...] | None:
    """Rate a dialect by its worst sample; None: it does not read all of them."""
    shares, fields = [], 0
    for head in heads:
        columns = width(head, dialect)
        share = _good_share(head, dialect, columns) if columns > 1 or len(heads) > 1 else 0.0
        shares.append(share)
        fields += columns
    worst = min(shares)
    if worst < _ENOUGH or fields <= len(heads):
        return None
    length = len(dialect.field_separator + dialect.row_separator)
    is_multiple = len(dialect.field_separator) > 1
    return round(worst, 2), float(is_multiple), float(bool(dialect.quote)), float(fields), length


def width(head: str, dialect: Dialect) -> int:
    """Return the number of fields of the first row."""
    field, row = dialect.field_separator.encode(), dialect.row_separator.encode()
    data = head.encode("utf-8", "replace")
    separators = Separators(field, row)
    if dialect.quote:
        separators = QuotedSeparators(field, row, dialect.quote.encode())
    return separators.mark(data + row).partition(ROW)[0].count(FIELD) + 1


def _good_share(head: str, dialect: Dialect, columns: int) -> float:
    good = bad = 0
    decoder = Decoder(dialect, columns)
    try:
        for output in decode([head.encode("utf-8", "replace")], decoder):
            good += output.rows if isinstance(output, CopyRows) else 0
            bad += isinstance(output, BadRow)
    except RawcoreError:  # the beginning of a sample may end inside a quoted field
        bad += 1
    return good / (good + bad) if good + bad else 0.0


def _finished(dialect: Dialect, heads: dict[Path, str]) -> DialectGuess:
    """Complete a dialect: encoding, header, trailing separators, and the end of the file."""
    columns = {path: width(head, dialect) for path, head in heads.items()}
    firsts = {path: _first_rows(head, dialect, columns[path]) for path, head in heads.items()}
    remarks = []
    trailing = all(rows and not any(row[-1] for row in rows) for rows in firsts.values())
    header = all(_has_headings(rows, trailing) for rows in firsts.values())
    if trailing:
        columns = {path: count - 1 for path, count in columns.items()}
        remarks.append("Each row ends with a field separator, hence trailing_separator.")
    encodings = {path: encoding_of_file(path) for path in heads}
    if "latin-1" in encodings.values():
        names = sorted({likely_charset(p) for p, e in encodings.items() if e == "latin-1"})
        remarks.append(f"Not UTF-8; it looks like {', '.join(names)} and is read as latin-1.")
    found = set(encodings.values())
    ends = dialect.row_separator
    return DialectGuess(
        replace(
            dialect,
            encoding=found.pop() if len(found) == 1 else "auto",
            header=header,
            trailing_separator=trailing,
            open_end=not all(ends_with(path, encodings[path], ends) for path in heads),
        ),
        columns,
        tuple(remarks),
    )


def _first_rows(head: str, dialect: Dialect, columns: int) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(RawcoreError):
        for output in decode([head.encode("utf-8", "replace")], Decoder(dialect, columns)):
            rows += copied_rows(output.data) if isinstance(output, CopyRows) else []
    return rows


def _has_headings(rows: list[list[str]], trailing: bool) -> bool:
    """Return whether the first row is a header: distinct names, none of which is a value."""
    if len(rows) < 2:
        return False
    first = rows[0][:-1] if trailing else rows[0]
    names = {name.lower() for name in first}
    if len(names) < len(first) or not all(_HEADING.fullmatch(name) for name in first):
        return False
    below = list(zip(*rows[1:], strict=True))
    return not any(looks_like_data(name) or name in below[n] for n, name in enumerate(first))
