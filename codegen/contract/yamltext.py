"""Read YAML without loss: plain values as in YAML 1.2, and line numbers for faults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from codegen.contract.errors import ContractErrors, ContractFault

Location = tuple[str | int, ...]

QUOTES = "put a text with , : # or brackets in quotes as a whole"

#: Remedies for faults of YAML, by words in the message of the parser.
REMEDIES = (
    ("alias", "put a text that begins with * or & in quotes"),
    ("anchor", "put a text that begins with * or & in quotes"),
    ("tag", "put a text that begins with ! in quotes"),
    ("expected ',' or", "close the bracket; " + QUOTES),
    ("node content", "close the bracket; " + QUOTES),
    ("quoted scalar", "close the quotes"),
    ("document", "keep one document in the file"),
)

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContractLoader(_Base):  # type: ignore[misc]
    """YAML's C loader; it reads `yes`, `on`, `1:30`, `010` and dates as text or plain numbers."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (yaml fills it per class)


def _whole_number(loader: Any, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    ContractLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)
ContractLoader.add_constructor("tag:yaml.org,2002:int", _whole_number)


@dataclass
class Document:
    """A YAML file as data, with the line of each node and the faults of its text."""

    file: str
    data: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    faults: list[ContractFault] = field(default_factory=list)

    def line(self, location: Location) -> int:
        """Return the line of a node, or of the nearest node around it."""
        while location not in self.lines and location:
            location = location[:-1]
        return self.lines.get(location, 1)

    def fault(
        self, location: Location, problem: str, remedy: str = "", suggestion: str = ""
    ) -> ContractFault:
        """Return a fault at a place of this document."""
        return ContractFault(
            self.file, self.line(location), path_text(location), problem, remedy, suggestion
        )


def path_text(location: Location) -> str:
    """Write a location as `columns[3].type`."""
    text = ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"\w+", step):
            text += f".{step}" if text else step
        else:
            text += f"['{step}']"
    return text


def shown(path: Path) -> str:
    """Write a path relative to the current folder if it is below that folder."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def read_text(path: Path) -> str:
    """Return the text of a contract file; raises ContractErrors when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        fault = ContractFault(
            shown(path), line, "", "the file is not UTF-8", "save it in that encoding"
        )
    except OSError as error:
        fault = ContractFault(shown(path), 1, "", f"cannot be read: {error.strerror}")
    raise ContractErrors([fault])


def unreadable(path: Path, text: str, error: yaml.YAMLError) -> ContractErrors:
    """Turn an error of the YAML parser into one line with place and reason."""
    problem, remedy, line, column = "not readable as YAML", QUOTES, 1, 0
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark
        context = error.context or ""
        words = f"{context} {error.problem}"
        remedy = next((advice for word, advice in REMEDIES if word in words), QUOTES)
        if error.context_mark and ("flow" in context or "quoted" in context):
            line = error.context_mark.line + 1
        elif mark:
            line = mark.line + 1
        if mark:
            column = mark.column + 1
            rows = text.splitlines()
            if mark.line < len(rows) and rows[mark.line][mark.column : mark.column + 1] == "\t":
                problem = f"there is a tab at column {column}, where YAML allows only blanks"
                return ContractErrors(
                    [ContractFault(shown(path), line, "", problem, "indent with blanks")]
                )
            line = max(1, min(line, len(rows)))
            place = f"line {mark.line + 1}, column {column}"
            problem = f"not readable as YAML ({error.problem} at {place})"
    elif isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        problem = f"not readable as YAML (character U+{ord(text[error.position]):04X})"
        return ContractErrors(
            [ContractFault(shown(path), line, "", problem, "remove the character")]
        )
    return ContractErrors([ContractFault(shown(path), line, "", problem, remedy)])


def read_document(path: Path) -> Document:
    """Read one contract file; raises ContractErrors when it is not YAML at all."""
    text = read_text(path)
    document = Document(shown(path))
    loader = ContractLoader(text)
    try:
        node = loader.get_single_node()
        if node is not None:
            document.data = _build(loader, node, (), document, ())
    except yaml.YAMLError as error:
        raise unreadable(path, text, error) from None
    finally:
        loader.dispose()
    return document


def _build(
    loader: Any, node: yaml.Node, here: Location, document: Document, trail: tuple[int, ...]
) -> Any:
    document.lines.setdefault(here, node.start_mark.line + 1)
    if id(node) in trail:
        document.faults.append(document.fault(here, "an anchor contains itself", "write it out"))
        return None
    trail = (*trail, id(node))
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(loader, node, here, document, trail)
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(loader, item, (*here, index), document, trail)
            for index, item in enumerate(node.value)
        ]
    return loader.construct_object(node, deep=True)


def _build_mapping(
    loader: Any,
    node: yaml.MappingNode,
    here: Location,
    document: Document,
    trail: tuple[int, ...],
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            written = str(getattr(key_node, "value", key))
            problem = f"the key {written or 'without a name'} is not a text"
            remedy = f'put it in quotes: "{written}"'
            document.faults.append(
                ContractFault(document.file, line, path_text(here), problem, remedy)
            )
            continue
        place = (*here, key)
        if key in result:
            problem = f"the key is there twice, first on line {document.lines[place]}"
            document.faults.append(
                ContractFault(document.file, line, path_text(place), problem, "remove one of them")
            )
            continue
        document.lines[place] = line
        result[key] = _build(loader, value_node, place, document, trail)
    return result
