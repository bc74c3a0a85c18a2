"""SQL for domain values that contracts removed or map differently; `data` adds new values."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.migration.facts import Facts
from codegen.render.sqltext import literal


def domain_changes(before: Facts, after: Facts) -> Iterator[str]:
    """Yield the statements; values that operators added stay."""
    for source, said in after.items():
        if "/" in source or source not in before:
            continue
        for domain, old in before[source]["domains"].items():
            new = said["domains"].get(domain, {})
            where = f"WHERE source = {literal(source)} AND domain = {literal(domain)}"
            for value in sorted(old.keys() - new.keys()):
                which = f"{where} AND source_value = {literal(value)};"
                yield f"DELETE FROM etl.domain_values\n{which}"  # noqa: S608
            for value in sorted(old.keys() & new.keys()):
                if old[value] != new[value]:
                    which = f"{where} AND source_value = {literal(value)};"
                    change = f"SET core_value = {literal(new[value])}\n{which}"
                    yield f"UPDATE etl.domain_values\n{change}"
