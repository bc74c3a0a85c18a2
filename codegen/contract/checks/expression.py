"""Tests whether a `check` is one boolean SQL expression over the columns of its own row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from codegen.contract.column import Column
from codegen.contract.yaml_faults import close

ExpressionProblem = tuple[str, str, str]

CLOCK_WORDS = frozenset(("now", "today", "tomorrow", "yesterday"))
SAME_EVERY_DAY = "a value must mean the same on every day and server"
SAME_ROW = "use columns of the same row only"
ONE_CONDITION = "write one condition, as after WHERE"

VOLATILE = re.compile(
    "clock_timestamp|currval|current_query|current_setting|gen_random_uuid|getdatabaseencoding"
    "|inet_(client|server)_(addr|port)|lastval|nextval|now|random|random_normal|set_config|setseed"
    "|setval|statement_timestamp|timeofday|transaction_timestamp|uuidv4|uuidv7|version"
    "|(pg_|lo_|txid_|dblink|query_to_|table_to_|schema_to_).*"
)
AGGREGATES = re.compile(
    "array_agg|avg|bit_and|bit_or|bool_and|bool_or|count|every|jsonb?_agg|max|min|row_number|rank"
    "|string_agg|sum"
)
ARITHMETIC = frozenset(("+", "-", "*", "/", "%", "||", "^"))
FORBIDDEN_NODES = {
    "SubLink": "holds a subquery",
    "ParamRef": "holds a parameter such as $1",
    "SetToDefault": "holds DEFAULT",
    "A_Star": "holds *",
    "GroupingFunc": "holds GROUPING",
}


def expression_problems(text: str, columns: Mapping[str, Column]) -> Iterator[ExpressionProblem]:
    """Yield each fault of a check, with its remedy and a suggestion.

    Without PostgreSQL's parser (pglast) nothing is checked: no SQL can be generated then, and the
    driver only compares the contract with the one that was checked and migrated elsewhere.
    """
    if find_spec("pglast") is None:
        return
    from pglast import parse_sql, scan  # slow to import, and needed only if a contract has checks
    from pglast.parser import ParseError

    try:
        statements = parse_sql(f"SELECT {text}")
        comments = any(token.name in ("SQL_COMMENT", "C_COMMENT") for token in scan(text))
    except ParseError as error:
        yield f"the check is not SQL ({error.args[0]})", ONE_CONDITION, ""
        return
    if comments:
        yield "the check holds a comment", "put it into the description", ""
    select: Any = statements[0].stmt
    given = {name for name in select if getattr(select, name)} - {"limitOption", "op"}
    targets: tuple[Any, ...] = select.targetList or ()
    if len(statements) != 1 or given != {"targetList"} or len(targets) != 1 or targets[0].name:
        yield "the check is more than one condition", ONE_CONDITION, ""
        return
    yield from _node_problems(targets[0].val, columns)
    if not _can_be_boolean(targets[0].val, columns):
        yield "the check is not a condition", "write a comparison, such as items > 0", ""


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)
    elif hasattr(node, "__slots__"):
        yield node
        for name in node:
            yield from _nodes(getattr(node, name))


def _node_problems(root: Any, columns: Mapping[str, Column]) -> Iterator[ExpressionProblem]:
    for node in _nodes(root):
        kind = type(node).__name__
        if kind in FORBIDDEN_NODES:
            yield f"the check {FORBIDDEN_NODES[kind]}", SAME_ROW, ""
        elif kind == "SQLValueFunction":
            yield f"the check uses {_value_function(node)}", SAME_EVERY_DAY, ""
        elif kind == "ColumnRef":
            yield from _column_problems(node, columns)
        elif kind == "FuncCall":
            yield from _function_problems(node)
        elif kind == "TypeCast" and type(node.arg).__name__ == "A_Const":
            value = str(getattr(node.arg.val, "sval", "")).strip().lower()
            if value in CLOCK_WORDS:
                yield f"the check uses '{value}'", SAME_EVERY_DAY, ""


def _value_function(node: Any) -> str:
    name = re.sub(r"^SVFOP_|_N$", "", node.op.name)
    return str(name).lower()


def _column_problems(node: Any, columns: Mapping[str, Column]) -> Iterator[ExpressionProblem]:
    names = [getattr(field, "sval", "*") for field in node.fields]
    if "*" in names:
        return
    if len(names) > 1:
        problem = f"the check names '{'.'.join(names)}'"
        yield problem, "write column names without table and schema", ""
    elif names[0] not in columns:
        problem = f"the check names '{names[0]}', which is not a column of the extract"
        yield (
            problem,
            "use column names, and write texts in single quotes",
            close(names[0], [*columns]),
        )


def _function_problems(node: Any) -> Iterator[ExpressionProblem]:
    *schema, name = (part.sval for part in node.funcname)
    if schema and schema != ["pg_catalog"]:
        yield f"the check calls {'.'.join((*schema, name))}", "use PostgreSQL's own functions", ""
    elif VOLATILE.fullmatch(name):
        yield f"the check calls {name}()", SAME_EVERY_DAY, ""
    elif name == "age" and len(node.args or ()) == 1:
        yield "the check calls age() with one argument, which means today", SAME_EVERY_DAY, ""
    elif AGGREGATES.fullmatch(name) or node.over or node.agg_star:
        yield f"the check calls the aggregate {name}()", SAME_ROW, ""


def _can_be_boolean(node: Any, columns: Mapping[str, Column]) -> bool:
    kind = type(node).__name__
    if kind == "A_Const":
        return type(node.val).__name__ == "Boolean"
    if kind == "A_Expr":
        return node.name[-1].sval not in ARITHMETIC
    if kind == "ColumnRef":
        name = getattr(node.fields[-1], "sval", "")
        return name not in columns or columns[name].type == "boolean"
    return kind not in ("SQLValueFunction", "A_ArrayExpr", "RowExpr", "MinMaxExpr")
