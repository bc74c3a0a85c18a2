"""The objects of the database: hand-written files of sql/ and what the templates make, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.extract_lists import ExtractLists
from codegen.fingerprint import contract_fingerprint
from codegen.layout import interval
from codegen.model import Feed
from codegen.patterns import name_pattern
from codegen.sqltext import environment

ENGINE = Path(__file__).resolve().parents[1] / "sql"

#: Tables and the templates that make them: of every extract, of dimensions, of facts.
_TABLES = {
    "raw.{}_raw": "raw_table",
    "stg.{}": "stg_table",
    "etl.rejects_{}": "rejects_table",
    "etl.touched_{}": "touched_table",
    "etl.observed_{}": "observed_table",
}
_ROUTINES = {
    "compare": "function",
    "faults": "function",
    "check": "procedure",
    "stage": "procedure",
    "purge": "procedure",
}
_DATE_WIDTHS = {"YYYY": 4, "YY": 2, "MM": 2, "DD": 2, "HH24": 2, "MI": 2, "SS": 2}


@dataclass(frozen=True)
class SqlObject:
    """One object: its kind, its qualified name, its text, and its file below sql/."""

    kind: str
    name: str
    sql: str
    path: Path
    extract: str = ""

    @property
    def is_replaceable(self) -> bool:
        """Whether a migration can state it anew in full."""
        return self.kind in ("function", "procedure", "view", "data", "grants")


def engine_objects() -> Iterator[SqlObject]:
    """Yield the hand-written objects, roles first, in the order in which they can be created."""
    for kind, folder in (("schema", "schemas"), ("table", "tables"), ("function", "functions"),
                         ("procedure", "procedures"), ("view", "views")):  # fmt: skip
        for path in sorted((ENGINE / folder).glob("*.sql")):
            yield SqlObject(kind, path.stem, path.read_text(), path.relative_to(ENGINE))


def engine_text(name: str) -> str:
    """Return a file of sql/roles: `roles`, `privileges` or `grants`."""
    return (ENGINE / "roles" / f"{name}.sql").read_text()


def feed_objects(feed: Feed, folder: Path) -> Iterator[SqlObject]:
    """Yield what the contracts of a source folder make: its data, then each extract's objects."""
    where = Path("generated") / feed.source.source
    extracts = [_lists(feed, name.extract, folder) for name in feed.load_order()]
    for x in extracts:
        yield from _extract_objects(x, where / x.name)
    text = _render("source_data", folder=_shown(folder), **_source_data(feed, folder, extracts))
    yield SqlObject("data", feed.source.source, text, where / "source.sql")


def rejects_view(feeds: list[tuple[Feed, Path]]) -> SqlObject:
    """Return the view over the rejects of all extracts of all sources."""
    extracts = [
        _lists(feed, extract.extract, folder) for feed, folder in feeds for extract in feed.extracts
    ]
    text = _render("rejects_view", extracts=sorted(extracts, key=lambda x: x.name))
    return SqlObject("view", "etl.rejects", text, Path("generated") / "etl.rejects.sql")


def _lists(feed: Feed, name: str, folder: Path) -> ExtractLists:
    return ExtractLists(feed, feed.extract(name), f"{_shown(folder)}/{name}.yml")


def _shown(folder: Path) -> str:
    return f"contracts/{folder.name}"


def _extract_objects(x: ExtractLists, where: Path) -> Iterator[SqlObject]:
    core = x.extract.core

    def made(kind: str, name: str, template: str) -> SqlObject:
        return SqlObject(kind, name, _render(template, x=x), where / f"{name}.sql", x.name)

    for pattern, template in _TABLES.items():
        yield made("table", pattern.format(x.name), template)
    yield made("table", f"core.{core.table}", f"core_{core.kind}_table")
    if x.extract.is_mirror:
        yield made("table", f"etl.absent_{x.name}", "absent_table")
    yield made("view", f"raw.{x.name}", "raw_view")
    for routine, kind in _ROUTINES.items():
        yield made(kind, f"etl.{routine}_{x.name}", routine)
    for routine in ("merge", "rebuild"):
        yield made("procedure", f"etl.{routine}_{x.name}", f"{routine}_{core.kind}")
    if x.extract.is_mirror:
        yield made("function", f"etl.close_share_{x.name}", "close_share")
        yield made("procedure", f"etl.close_{x.name}", "close")


def _source_data(feed: Feed, folder: Path, extracts: list[ExtractLists]) -> dict[str, Any]:
    source = feed.source
    patterns = [
        (template, name_pattern(template, source.file_names.endings))
        for template in source.file_names.patterns
    ]
    return {
        "source": source,
        "extracts": extracts,
        "fingerprint": contract_fingerprint(folder),
        "patterns": [{"template": template, "regex": p.regex} for template, p in patterns],
        "parts": [
            {"pattern_no": number, "part_no": part, "part": name, **_date_part(p.formats[part - 1])}
            for number, (_, p) in enumerate(patterns, 1)
            for part, name in enumerate(p.fields, 1)
        ],
        "file_types": [(key, x.name) for x in extracts for key in x.extract.file_type_keys],
        "tenants": [
            ([tenant[name] for name in source.tenant], tenant.get("name", ""))
            for tenant in source.tenants
        ]
        or ([] if source.tenant else [((), source.title)]),
        "domain_values": [
            (domain, value.strip().lower(), core)
            for domain, values in source.domains.items()
            for value, core in values.values.items()
        ],
        "columns": [
            (x, column, interval(column), position)
            for x in extracts
            for position, column in enumerate(x.extract.columns, 1)
        ],
        "shapes": [(x, shape) for x in extracts for shape in x.shapes],
    }


def _date_part(template: str | None) -> dict[str, str | None]:
    """Return how the digits of a date format become YYYY-MM-DD HH:MM:SS."""
    if template is None:
        return {"digits_regex": None, "iso_template": None}
    names = re.findall("|".join(_DATE_WIDTHS), template)
    groups = {name: f"\\{number}" for number, name in enumerate(names, 1)}
    year = groups.get("YYYY") or "20" + groups["YY"]
    hour, minute, second = (groups.get(name, "00") for name in ("HH24", "MI", "SS"))
    return {
        "digits_regex": "".join(f"([0-9]{{{_DATE_WIDTHS[name]}}})" for name in names),
        "iso_template": f"{year}-{groups['MM']}-{groups['DD']} {hour}:{minute}:{second}",
    }


def _render(template: str, **context: Any) -> str:
    text = environment().get_template(f"{template}.sql.j2").render(**context)
    return "\n".join(line.rstrip() for line in text.strip().split("\n")) + "\n"
