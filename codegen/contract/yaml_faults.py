"""YAML data become models; faults get our own words, and a repaired copy lets checks continue."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from codegen.contract.errors import ContractFault
from codegen.contract.yamltext import QUOTES, Document, Location

Model = TypeVar("Model", bound=BaseModel)

#: Values used in place of a required value that is missing or wrong, so that checks continue.
STAND_INS: dict[str, Any] = {
    "columns": [{"name": "unnamed", "source": "unnamed", "type": "text"}],
    "core": {"kind": "fact", "table": "unnamed"},
    "dialect": {"field_separator": "\x1f", "row_separator": "\x1e"},
    "dimension": "unnamed",
    "file_names": {"patterns": ["unnamed"]},
    "file_types": ["unnamed"],
    "kind": "fact",
    "natural_key": [],
    "patterns": ["unnamed"],
    "timezone": "UTC",
    "type": "text",
    "values": {},
}
STAND_IN_NAME = "unnamed"

#: Items used in place of a wrong list item, so that the positions of other items stay.
ITEM_STAND_INS: dict[str, Any] = {
    "references": {"dimension": STAND_IN_NAME, "columns": []},
    "tenants": {},
}

NAMES_OF_PARTS = {
    "Source": "source.yml",
    "Extract": "an extract",
    "FileNames": "file_names",
    "Core": "core",
    "Thresholds": "thresholds",
    "ThresholdOverrides": "thresholds",
    "SourceDialect": "the dialect",
    "Domain": "a domain",
    "Column": "a column",
    "Reference": "a reference",
}


@dataclass
class Shaped:
    """A document with its model (None: it cannot be repaired) and its faulty places."""

    document: Document
    model: Any = None
    faults: list[ContractFault] = field(default_factory=list)
    doubtful: set[Location] = field(default_factory=set)

    def doubts(self, location: Location) -> bool:
        """Return whether this place, or a place around it, was faulty already."""
        return any(location[:length] in self.doubtful for length in range(1, len(location) + 1))

    def doubts_below(self, location: Location) -> bool:
        """Return whether this place, or a place inside it, was faulty already."""
        return any(place[: len(location)] == location for place in self.doubtful)


def shape(document: Document, model: type[Model]) -> Shaped:
    """Validate a document; repair a copy of a faulty one until it validates, for more checks."""
    shaped = Shaped(document, faults=list(document.faults))
    if not isinstance(document.data, dict):
        problem = "the file is empty" if document.data is None else "the file is not a mapping"
        wanted = ", ".join(k for k, f in model.model_fields.items() if f.is_required())
        shaped.faults.append(document.fault((), problem, f"write the keys {wanted}"))
        return shaped
    data = copy.deepcopy(document.data)
    for attempt in range(6):
        try:
            shaped.model = model.model_validate(data)
            break
        except ValidationError as error:
            for detail in reversed(error.errors(include_url=False)):
                location = _location(detail["loc"])
                if detail["type"] == "too_short" and detail["input"]:
                    continue  # pydantic does not count faulty items
                if attempt == 0:
                    fault = _fault(document, model, location, dict(detail))
                    shaped.doubtful.add(location)
                    shaped.faults.append(fault)
                    if fault.path.endswith(".type"):
                        shaped.doubtful.add((*location[:-1], "type"))
                _mend(data, location, detail["type"])
    return shaped


def _location(loc: tuple[int | str, ...]) -> Location:
    return tuple(step for step in loc if step != "[key]")


def _mend(data: Any, location: Location, kind: str) -> None:
    """Remove a wrong value; put a placeholder where a value is required."""
    parent = data
    for step in location[:-1]:
        try:
            parent = parent[step]
        except (KeyError, IndexError, TypeError):
            return
    step = location[-1]
    if isinstance(parent, list) and isinstance(step, int) and step < len(parent):
        if location[-2] == "columns" and len(location) == 2:
            parent[step] = {**STAND_INS["columns"][0], "name": f"{STAND_IN_NAME}_{step}"}
        else:
            parent[step] = copy.deepcopy(ITEM_STAND_INS.get(str(location[-2]), STAND_IN_NAME))
    elif isinstance(parent, dict):
        parent.pop(step, None)
        if kind == "missing":
            stand_in = STAND_INS.get(str(step), STAND_IN_NAME)
            parent[step] = copy.deepcopy(stand_in)
            if step == "name" and len(location) > 1:
                parent[step] = f"{STAND_IN_NAME}_{location[-2]}"


def _fault(
    document: Document, model: type[BaseModel], location: Location, detail: dict[str, Any]
) -> ContractFault:
    kind: str = detail["type"]
    value = detail["input"]
    owner = _owner(model, location)
    name = str(location[-1]) if location else ""
    info = owner.model_fields.get(name) if owner else None
    if kind == "missing":
        return document.fault(location, "the key is missing", "add it: " + _meaning(info))
    if kind == "extra_forbidden" and owner is not None:
        return _unknown_key(document, owner, location, name, value)
    if kind == "literal_error":
        choices = list(_choices(info.annotation)) if info else []
        written = _written(value)
        problem = f"{written} is not a value of {name}" if value is not None else _NOTHING
        return document.fault(
            location, problem, "write " + either(choices), close(str(value), choices)
        )
    if value is None:
        optional = info is not None and not info.is_required()
        remedy = "write one, or leave the key out" if optional else "write one"
        return document.fault(location, _NOTHING, remedy)
    problem, remedy, suggestion = _words(kind, value, detail)
    return document.fault(location, problem, remedy, suggestion)


_NOTHING = "the value is missing"


def _unknown_key(
    document: Document, owner: type[BaseModel], location: Location, name: str, value: Any
) -> ContractFault:
    keys = list(owner.model_fields)
    siblings = document.data
    for step in location[:-1]:
        siblings = siblings[step]
    cut = f"{siblings.get('type')},{name}"
    if value is None and re.fullmatch(r"numeric\([0-9]+,[0-9]+\)", cut):
        place = (*location[:-1], "type")
        problem = f"'{siblings['type']}' was cut off at the comma"
        return document.fault(place, problem, f'put it in quotes: type: "{cut}"')
    part = NAMES_OF_PARTS[owner.__name__]
    suggestion = close(name, keys)
    if value is None and not suggestion:
        problem = f"'{name}' is not a key of {part} and has no value"
        remedy = "if the comma is part of the text before it, put that whole text in quotes"
        return document.fault(location, problem, remedy)
    return document.fault(
        location, f"'{name}' is not a key of {part}", f"use {either(keys)}", suggestion
    )


def _words(kind: str, value: Any, detail: dict[str, Any]) -> tuple[str, str, str]:
    if kind == "string_type":
        if isinstance(value, list | dict):
            return f"{_thing(value)} is given where one text is needed", QUOTES, ""
        return f"{_written(value)} is {_thing(value)}, not a text", f'write "{value}"', ""
    if kind == "bool_type":
        return f"{_written(value)} is neither true nor false", "write true or false", ""
    if kind in ("float_type", "float_parsing", "greater_than_equal", "less_than_equal"):
        remedy = "write a number from 0 to 1, such as 0.05 for 5 per cent"
        return f"{_written(value)} is not a share", remedy, ""
    if kind == "tuple_type":
        one = isinstance(value, str) and value.isidentifier()
        remedy = f"write [{value}]" if one else "write [first, second], or - and one item a line"
        return f"{_thing(value)} is given where a list is needed", remedy, ""
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"{_thing(value)} is given where keys and values are needed", "write key: value", ""
    if kind == "too_short":
        return "the list is empty", "write at least one item", ""
    if kind == "string_too_short":
        return "the text is empty", "write a text", ""
    if kind == "string_too_long":
        return f"'{value}' is too long", "names in PostgreSQL have at most 63 bytes", ""
    if kind == "string_pattern_mismatch":
        remedy = "write a lower-case letter, then lower-case letters, digits and underscores"
        return f"'{value}' is not a name", remedy, snake_case(str(value))
    return str(detail["msg"]), "", ""


def _thing(value: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a text"}
    return kinds.get(type(value), "a list" if isinstance(value, list) else "a mapping")


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


def _meaning(info: FieldInfo | None) -> str:
    text = (info.description or "") if info else ""
    sentence = text.split(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:]


def _choices(annotation: Any) -> Iterator[str]:
    for item in get_args(annotation):
        if isinstance(item, bool):
            yield str(item).lower()
        elif isinstance(item, str):
            yield item
        else:
            yield from _choices(item)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for item in get_args(annotation):
        yield from _models(item)


def _owner(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """Return the model that has, or should have, the last step of the location as its key."""
    owner: type[BaseModel] | None = model
    for step in location[:-1]:
        if owner is None or not isinstance(step, str):
            continue
        info = owner.model_fields.get(step)
        if info is not None:
            owner = next(_models(info.annotation), None)
    return owner


def either(choices: list[str] | tuple[str, ...]) -> str:
    """Write a list of choices: `a, b or c`."""
    return " or ".join(filter(None, (", ".join(choices[:-1]), *choices[-1:])))


def close(word: str, choices: list[str] | tuple[str, ...]) -> str:
    """Return the choice that is most like the word, or ''."""
    folded = {choice.lower(): choice for choice in choices}
    found = get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found and folded[found[0]] != word else ""


def snake_case(text: str) -> str:
    """Propose a name for a text: `OrderID` → `order_id`."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    text = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return text if re.match(r"[a-z]", text) else ""
