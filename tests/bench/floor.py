"""The loader that a good DBA would write by hand: COPY, cast, publish. No checks, no lineage.

Text table (plain, emptied for each delivery) ← COPY; typed table with all columns, its unique key
and the number of the delivery ← INSERT … SELECT casts ON CONFLICT DO UPDATE; core table with the
columns and indexes of rawcore's ← INSERT … SELECT from the typed rows of the delivery, with the
same surrogate and reference keys (sha256), pseudonyms (HMAC) and mapped domains, ON CONFLICT DO
UPDATE. In a dimension versions whose history columns differ are closed first.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from codegen.contract.model import Column, Extract, Feed

Connection = psycopg.Connection[Any]
_PIECE = 1 << 20


def copy_file(connection: Connection, table: str, path: Path) -> None:
    """COPY a file of text rows into a table."""
    statement = f"COPY {table} FROM STDIN (FORMAT text, NULL '')"
    with connection.cursor().copy(statement) as copy, path.open("rb") as file:
        while piece := file.read(_PIECE):
            copy.write(piece)


def make_text_table(connection: Connection, table: str, extract: Extract) -> None:
    """Make a table with all columns of a file as text."""
    columns = ", ".join(f'"{name}" text' for name in extract.column_names)
    connection.execute(f"CREATE TABLE {table} ({columns})")


class Floor:
    """The floor of one extract in the schema `floor` of a migrated database."""

    def __init__(self, connection: Connection, feed: Feed, extract: Extract) -> None:
        self._connection, self._feed, self._extract = connection, feed, extract
        self._text = f"floor.{extract.extract}_text"
        self._typed = f"floor.{extract.extract}"
        self._core = f"floor.{extract.core.table}"
        self._key = [column.name for column in feed.key_columns(extract)]
        connection.execute("CREATE SCHEMA IF NOT EXISTS floor")
        make_text_table(connection, self._text, extract)
        connection.execute(self._typed_table())
        connection.execute(
            f"CREATE TABLE {self._core} (LIKE core.{extract.core.table} INCLUDING DEFAULTS"
            " INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING INDEXES)"
        )
        self._core_columns = self._columns_of_core()
        self._files = 0

    def load(self, path: Path, extracted: datetime) -> dict[str, float]:
        """Load one delivery; return the seconds of each step."""
        self._files += 1
        steps: dict[str, Sequence[str]] = {
            "cast": [self._cast()],
            "publish": self._publish(extracted),
        }
        self._connection.execute(
            "SELECT set_config('TimeZone', %s, false)", [self._feed.source.timezone]
        )
        seconds: dict[str, float] = {}
        began = time.monotonic()
        with self._connection.transaction():
            self._connection.execute(f"TRUNCATE {self._text}")
            copy_file(self._connection, self._text, path)
        seconds["copy"] = time.monotonic() - began
        for step, statements in steps.items():
            began = time.monotonic()
            with self._connection.transaction():
                for statement in statements:
                    self._connection.execute(statement)
            seconds[step] = time.monotonic() - began
        return seconds

    def _typed_table(self) -> str:
        columns = ", ".join(f'"{c.name}" {_type(c)}' for c in self._extract.columns)
        key = ", ".join(self._key)
        return f"CREATE TABLE {self._typed} ({columns}, file_id int NOT NULL, PRIMARY KEY ({key}))"

    def _columns_of_core(self) -> list[str]:
        rows = self._connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND attgenerated = '' ORDER BY attnum",
            [self._core],
        )
        return [name for (name,) in rows]

    def _cast(self) -> str:
        names = [f'"{name}"' for name in self._extract.column_names]
        values = ",\n".join(self._casted(column) for column in self._extract.columns)
        updates = _updates([*names, "file_id"], self._key)
        return (
            f"INSERT INTO {self._typed} ({', '.join(names)}, file_id)\n"
            f"SELECT {values}, {self._files} FROM {self._text}\n"
            f"ON CONFLICT ({', '.join(self._key)}) DO UPDATE SET {updates}"
        )

    def _casted(self, column: Column) -> str:
        name = f'"{column.name}"'
        if column.postgres_type == "text":
            return name
        value = f"{name}::{column.postgres_type}"
        if column.base_type in ("date", "timestamptz"):
            for unknown in self._feed.source.null_dates:
                value = f"nullif({value}, '{unknown}'::{column.postgres_type})"
        return value

    def _publish(self, extracted: datetime) -> list[str]:
        extract, names = self._extract, self._core_columns
        zone = self._feed.source.timezone
        moment = f"'{extracted:%Y-%m-%d %H:%M}'::timestamp AT TIME ZONE '{zone}'"
        given = {
            "load_run_file_id": str(self._files),
            "load_run_id": str(self._files),
            "date_extracted": moment,
            "effective_from": moment,
            extract.surrogate_key: self._surrogate(extract, self._key),
        }
        for reference in self._feed.references(extract):
            columns = [*self._feed.source.tenant, *(c.name for c in reference.columns)]
            given[reference.key] = self._surrogate(reference.dimension, columns)
        values = [given.get(name) or self._published(name) for name in names]
        key = ", ".join(self._key)
        selected = ",\n".join(f'{value} AS "{n}"' for n, value in zip(names, values, strict=True))
        insert = (
            f"INSERT INTO {self._core} ({', '.join(names)})\nSELECT {selected}\n"
            f"FROM {self._typed} AS t {self._domains()}\nWHERE t.file_id = {self._files}\n"
        )
        if not extract.is_dimension:
            return [f"{insert}ON CONFLICT ({key}) DO UPDATE SET {_updates(names, self._key)}"]
        history = [
            f'c."{column.name}" IS DISTINCT FROM {self._published(column.name)}'
            for column in extract.columns
            if column.name in names and column.tracked == "history" and not column.is_key
        ]
        same = " AND ".join(f"c.{name} = t.{name}" for name in self._key)
        close = (
            f"UPDATE {self._core} AS c SET effective_to = {moment} FROM {self._typed} AS t"
            f" {self._domains()}\nWHERE t.file_id = {self._files} AND c.is_current AND {same}"
            f" AND ({' OR '.join(history)})"
        )
        kept = [*self._key, "effective_from", "effective_to"]
        updates = _updates(names, kept)
        upsert = f"{insert}ON CONFLICT ({key}) WHERE is_current DO UPDATE SET {updates}"
        return [upsert] if self._files == 1 else [close, upsert]

    def _published(self, name: str) -> str:
        try:
            column = self._extract.column(name)
        except KeyError:
            return "NULL"
        if column.domain:
            return f'"{name}_domain".core_value'
        if column.is_pseudonymised:
            inner, outer = (f"'\\x{pad * 64}'::bytea" for pad in ("36", "5c"))
            text = f"convert_to(upper(btrim(t.{name})), 'UTF8')"
            return f"encode(sha256({outer} || sha256({inner} || {text})), 'hex')"
        return f't."{name}"'

    def _domains(self) -> str:
        return "\n".join(
            f'LEFT JOIN etl.domain_values AS "{column.name}_domain"'
            f" ON \"{column.name}_domain\".source = '{self._feed.source.source}'"
            f" AND \"{column.name}_domain\".domain = '{column.domain}'"
            f' AND "{column.name}_domain".source_value = lower(btrim(t."{column.name}"))'
            for column in self._extract.columns
            if column.domain and column.in_core
        )

    def _surrogate(self, dimension: Extract, columns: Sequence[str]) -> str:
        name = dimension.extract
        parts = [f"'{len(name)}:{name}'"]
        parts += [f"octet_length(t.{c}::text)::text || ':' || t.{c}::text" for c in columns]
        digest = f"sha256(convert_to({' || '.join(parts)}, 'UTF8'))"
        return f"('x' || encode(substr({digest}, 1, 8), 'hex'))::bit(64)::bigint"


def _type(column: Column) -> str:
    return column.postgres_type + (' COLLATE "C"' if column.is_tenant else "")


def _updates(names: Sequence[str], key: Sequence[str]) -> str:
    return ", ".join(f"{n} = excluded.{n}" for n in names if n.strip('"') not in key)
