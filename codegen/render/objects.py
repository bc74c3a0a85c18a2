"""The objects of the database, in order: hand-written files of sql/ and rendered templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.contract.file_shapes import interval
from codegen.contract.fingerprint import contract_fingerprint
from codegen.contract.model import Feed
from codegen.contract.patterns import name_pattern
from codegen.render.extract_lists import ExtractLists
from codegen.render.sqltext import environment

ENGINE = Path(__file__).resolve().parents[2] / "sql"

#: Tables and the templates that make them: of every extract, of dimensions, of facts.
_TABLES = {
    "raw.{}_raw": "raw_table",
    "stg.{}": "stg_table",
    "etl.rejects_{}": "rejects_table",
    "etl.touched_{}": "touched_table",
}
#: Views and work tables with the rows that several routines need, and their templates. They keep no
#: data and no table depends on them, so a migration drops and creates them if a table changes.
_DERIVED = {
    "typed": "typed_view",
    "published": "published_view",
    "observed": "observed_work",
    "republished": "republished_view",
}
_ROUTINES = {
    "hash": "function",
    "row_text": "function",
    "verdicts": "function",
    "faults": "function",
    "check": "procedure",
    "stage": "procedure",
    "observe": "procedure",
    "purge": "procedure",
}
_CORE_ROUTINES = ("merge", "rebuild")
_MIRROR_ROUTINES = {"close_share": "function", "close": "procedure"}
_DATE_WIDTHS = {"YYYY": 4, "YY": 2, "MM": 2, "DD": 2, "HH24": 2, "MI": 2, "SS": 2}


@dataclass(frozen=True)
class SqlObject:
    """One object: its kind, its qualified name, its text, and its file below sql/."""

    kind: str
    name: str
    sql: str
    path: Path
    extract: str = ""


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
    """Yield the objects from the contracts of a source folder: its data, then each extract's."""
    where = Path("generated") / feed.source.source
    extracts = [_lists(feed, name.extract, folder) for name in feed.load_order()]
    for x in extracts:
        yield from _extract_objects(x, where / x.name)
    text = _render("source_data", folder=_shown(folder), **_source_data(feed, folder))
    yield SqlObject("data", feed.source.source, text, where / "source.sql")
    text = _render(
        "source_fingerprint",
        folder=_shown(folder),
        source=feed.source,
        fingerprint=contract_fingerprint(folder),
    )
    yield SqlObject("fingerprint", feed.source.source, text, where / "fingerprint.sql")
    for load_order, x in enumerate(extracts, 1):
        columns = [(column, interval(column)) for column in x.extract.columns]
        text = _render("extract_data", x=x, load_order=load_order, columns=columns)
        name = f"{feed.source.source}/{x.name}"
        yield SqlObject("data", name, text, where / x.name / "extract.sql", x.name)


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


def names_of_extract(name: str, core_table: str) -> list[str]:
    """Return the names of all objects that an extract can have."""
    routines = (*_ROUTINES, *_CORE_ROUTINES, *_MIRROR_ROUTINES)
    return [
        *(pattern.format(name) for pattern in _TABLES),
        f"core.{core_table}",
        f"raw.{name}",
        f"etl.absent_{name}",
        *(f"etl.{derived}_{name}" for derived in _DERIVED),
        *(f"etl.{routine}_{name}" for routine in routines),
    ]


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
    for derived, template in _DERIVED.items():
        yield made("derived", f"etl.{derived}_{x.name}", template)
    for routine, kind in _ROUTINES.items():
        yield made(kind, f"etl.{routine}_{x.name}", routine)
    for routine in _CORE_ROUTINES:
        yield made("procedure", f"etl.{routine}_{x.name}", f"{routine}_{core.kind}")
    if x.extract.is_mirror:
        for routine, kind in _MIRROR_ROUTINES.items():
            yield made(kind, f"etl.{routine}_{x.name}", routine)


def _source_data(feed: Feed, folder: Path) -> dict[str, Any]:
    source = feed.source
    patterns = [
        (template, name_pattern(template, source.file_names.endings))
        for template in source.file_names.patterns
    ]
    return {
        "source": source,
        "patterns": [{"template": template, "regex": p.regex} for template, p in patterns],
        "parts": [
            {"pattern_no": number, "part_no": part, "part": name, **_date_part(p.formats[part - 1])}
            for number, (_, p) in enumerate(patterns, 1)
            for part, name in enumerate(p.fields, 1)
        ],
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
