"""Checks of `since:` and `until:`, and of columns with several entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codegen.contract.checks.finding import Finding
from codegen.contract.file_shapes import interval, intervals_of, is_local_time
from codegen.contract.model import Column, Extract

#: Entries of one column may differ in these keys.
OF_A_PLACE = {"source", "since", "until"}


def check_layout(extract: Extract, tenant: Sequence[str]) -> Iterator[Finding]:
    """Find the faults in the intervals of the columns; `tenant` holds the tenant columns."""
    times = [*_times(extract)]
    yield from times
    if times:
        return
    yield from _places(extract)
    for index, column in enumerate(extract.columns):
        one = interval(column)
        if one.is_empty:
            problem = f"the interval from {column.since} to {column.until} is empty"
            remedy = "write an until after since: it is the first DateExtracted without the column"
            yield Finding(("columns", index, "until"), problem, remedy)
    for name in (*tenant, *extract.natural_key):
        yield from _key(extract, name)


def _times(extract: Extract) -> Iterator[Finding]:
    remedy = "write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, local time of the source, no offset"
    for index, column in enumerate(extract.columns):
        for key, text in (("since", column.since), ("until", column.until)):
            if text is not None and not is_local_time(text):
                problem = f"'{text}' is neither a date nor a local time"
                yield Finding(("columns", index, key), problem, remedy)


def _places(extract: Extract) -> Iterator[Finding]:
    """Find entries of one name that overlap, or that differ in more than their place."""
    for index, column in enumerate(extract.columns):
        path = ("columns", index, "name")
        for earlier, other in enumerate(extract.columns[:index]):
            if other.name != column.name:
                continue
            if interval(column).is_always or interval(other).is_always:
                problem = f"'{column.name}' is also the name of columns[{earlier}]"
                yield Finding(
                    path, problem, "give each column its own name; only headings may repeat"
                )
            elif interval(column).overlaps(interval(other)):
                problem = f"'{column.name}' is already in columns[{earlier}] at the same time"
                remedy = "end one (until) where the other begins (since)"
                yield Finding(path, problem, remedy)
            elif differing := _differing(column, other):
                problem = f"'{column.name}' differs from columns[{earlier}] in {differing}"
                remedy = "entries of one column may differ only in source, since and until"
                yield Finding(path, problem, remedy)
            break


def _differing(column: Column, other: Column) -> str:
    one, two = (item.model_dump(exclude=OF_A_PLACE) for item in (column, other))
    return ", ".join(key for key in one if one[key] != two[key])


def _key(extract: Extract, name: str) -> Iterator[Finding]:
    places = [index for index, column in enumerate(extract.columns) if column.name == name]
    found = intervals_of(extract.columns, name)
    if places and not (len(found) == 1 and found[0].is_always):
        index = places[0]
        key = "since" if extract.columns[index].since is not None else "until"
        problem = f"the key column '{name}' is not in every file"
        remedy = "remove since and until, or choose a key that all files have"
        yield Finding(("columns", index, key), problem, remedy)
