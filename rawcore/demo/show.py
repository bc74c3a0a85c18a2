"""Reports for a newcomer after the first runs: counts, a history, rejects, a trace."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Record = dict[str, Any]
_MOST_COLUMNS = 10
_REJECTS = """
WITH open_rejects AS (
    SELECT
        r.extract,
        r.load_run_file_id,
        r.line_no,
        r.stage,
        r.field_errors,
        r.natural_key,
        row_number() OVER (
            PARTITION BY
                r.stage = 'landing',
                (SELECT count(*) > 1 FROM jsonb_object_keys(r.field_errors))
            ORDER BY r.load_run_file_id DESC, r.line_no
        ) AS place
    FROM etl.rejects AS r
    WHERE r.resolved_by_run IS NULL
)
SELECT extract, load_run_file_id, line_no, stage, field_errors, natural_key
FROM open_rejects
ORDER BY place, stage, load_run_file_id
LIMIT 3
"""
_RUNS = """
SELECT
    s.load_run_id AS run,
    r.status,
    to_char(max(s.batch) AT TIME ZONE o.timezone, 'YYYY-MM-DD') AS "newest batch",
    sum(s.files)::bigint AS files,
    sum(s.files_failed)::bigint AS failed,
    sum(s.files_held)::bigint AS held,
    sum(s.rows_read)::bigint AS "rows read",
    sum(s.rows_ingested)::bigint AS ingested,
    sum(s.rows_unchanged)::bigint AS unchanged,
    sum(s.rows_duplicate)::bigint AS duplicate,
    sum(s.rows_rejected)::bigint AS rejected,
    round(extract(epoch FROM r.finished_at - r.started_at), 1) AS seconds
FROM etl.run_summary AS s
JOIN etl.load_runs AS r USING (load_run_id)
JOIN etl.sources AS o USING (source)
GROUP BY s.load_run_id, r.status, o.timezone, r.started_at, r.finished_at
ORDER BY s.load_run_id
"""


@dataclass
class Showcase:
    """Prints reports about one database; its login can read etl and core."""

    url: str
    console: Console

    def show(self) -> None:
        """Print all parts, each with a title."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            self._connection = connection
            zone = self._query("SELECT min(timezone) AS zone FROM etl.sources")[0]["zone"]
            connection.execute("SELECT set_config('TimeZone', %s, false)", [zone])
            self._runs()
            self._history()
            self._rejects()
            self._trace()

    def failed_files(self) -> int:
        """Return how many files failed."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            self._connection = connection
            counted = self._query(
                "SELECT count(*) AS n FROM etl.load_run_files WHERE status = 'failed'"
            )
            return int(counted[0]["n"])

    def _query(self, statement: str | sql.Composed, *values: object) -> list[Record]:
        query = statement.encode() if isinstance(statement, str) else statement
        return self._connection.execute(query, values or None).fetchall()

    def _runs(self) -> None:
        self._heading("The runs", "each row that was read is accounted for")
        rows = self._query(_RUNS)
        self._table(list(rows[0]) if rows else [], [list(row.values()) for row in rows])

    def _history(self) -> None:
        best: tuple[int, int, Record, Record] | None = None
        for extract in self._extracts("dimension"):
            found = self._query(
                sql.SQL(
                    "SELECT {key}, count(*) AS versions, count(*) OVER () AS keys FROM {table}"
                    " GROUP BY {key} ORDER BY versions DESC, {key} LIMIT 1"
                ).format(key=_names(extract["key"]), table=_table_name(extract["core_table"]))
            )
            if found:
                rank = (found[0]["versions"], found[0]["keys"])
                if best is None or rank > best[:2]:
                    best = (*rank, extract, found[0])
        if best is None:
            return
        _, _, extract, key = best
        versions = self._query(
            sql.SQL("SELECT * FROM {} WHERE ({}) = ({}) ORDER BY effective_from").format(
                _table_name(extract["core_table"]),
                _names(extract["key"]),
                sql.SQL(", ").join([sql.Placeholder()] * len(extract["key"])),
            ),
            *(key[name] for name in extract["key"]),
        )
        history = [name for name in extract["history"] if name in versions[0]]
        changed = [name for name in history if len({str(v[name]) for v in versions}) > 1]
        named = ", ".join(f"{name} {key[name]}" for name in extract["key"])
        self._heading(
            f"The history of one {extract['entity']} in {extract['core_table']}",
            f"{named}: what changed, version by version",
        )
        dates = [f"from {v['effective_from']:%Y-%m-%d %H:%M}" for v in versions]
        lines = [[name, *(_text(v[name]) for v in versions)] for name in changed[:_MOST_COLUMNS]]
        file_ids = ["load_run_file_id", *(_text(v["load_run_file_id"]) for v in versions)]
        self._table(["column", *dates], [*lines, file_ids])

    def _rejects(self) -> None:
        rejected = self._query(_REJECTS)
        self._heading("Three rejects", "with all reasons; the row itself is kept in etl.rejects")
        lines = []
        for row in rejected:
            key = row["natural_key"]
            lines.append(
                [
                    row["extract"],
                    f"file {row['load_run_file_id']}, line {row['line_no']}",
                    row["stage"],
                    _pairs(key) if isinstance(key, dict) else "",
                    _reasons(row["field_errors"]),
                ]
            )
        self._table(["extract", "where", "stage", "key", "reasons"], lines)

    def _trace(self) -> None:
        """Show the origin of the row of a fact that was loaded last."""
        newest: tuple[int, Record, Record] | None = None
        for extract in self._extracts("fact"):
            found = self._query(
                sql.SQL(
                    "SELECT {key}, load_run_file_id AS file FROM {table}"
                    " ORDER BY load_run_file_id DESC, {key} LIMIT 1"
                ).format(key=_names(extract["key"]), table=_table_name(extract["core_table"]))
            )
            if found and (newest is None or found[0]["file"] > newest[0]):
                newest = (found[0]["file"], extract, found[0])
        if newest is None:
            return
        _, extract, row = newest
        key = {name: str(row[name]) for name in extract["key"]}
        traced = self._query(
            "SELECT * FROM etl.trace(%s, %s::jsonb)", extract["core_table"], json.dumps(key)
        )
        call = f"etl.trace('{extract['core_table']}', '{json.dumps(key)}')"
        self._heading("Where one row came from", f"SELECT * FROM {call};")  # noqa: S608 - shown
        lines = [[name, _text(value)] for name, value in traced[0].items()] if traced else []
        self._table(["", ""], lines, header=False)

    def _extracts(self, kind: str) -> list[Record]:
        """Return the extracts of a kind with their full key and their history columns."""
        return self._query(
            "SELECT e.extract, e.entity, e.core_table, s.tenant_columns || e.natural_key AS key,"
            " (SELECT coalesce(array_agg(c.column_name ORDER BY c.position), '{}')"
            " FROM etl.columns AS c WHERE c.extract = e.extract AND c.tracked = 'history'"
            " AND c.pii <> 'drop') AS history"
            " FROM etl.extracts AS e JOIN etl.sources AS s USING (source)"
            " WHERE e.core_kind = %s ORDER BY e.extract",
            kind,
        )

    def _heading(self, title: str, remark: str) -> None:
        self.console.print()
        self.console.print(f"[bold]{title}[/bold]: ", end="")
        self.console.print(remark, markup=False, highlight=False, soft_wrap=True)

    def _table(
        self, columns: Sequence[str], rows: Iterable[Sequence[object]], header: bool = True
    ) -> None:
        table = Table(show_header=header, box=None, pad_edge=False, header_style="dim")
        for name in columns:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(escape(_text(value)) for value in row))
        self.console.print(table)


def _table_name(qualified: str) -> sql.Identifier:
    return sql.Identifier(*qualified.split("."))


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in columns)


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, dict):
        return _pairs(value)
    return "-" if value is None else str(value)


def _pairs(value: Record) -> str:
    return ", ".join(f"{name} {text}" for name, text in value.items())


def _reasons(errors: dict[str, Record]) -> str:
    """Return a line for each column: its name, its text and its fault."""
    return "\n".join(f"{name}: {_reason(error)}" for name, error in errors.items())


def _reason(error: Record) -> str:
    text = error.get("text")
    return f"{'' if text is None else repr(text) + ' '}{error.get('reason', '')}"
