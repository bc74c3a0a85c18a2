"""All objects of a schema as sorted, normalised text, so that two schemas can be compared."""

from typing import Any

import psycopg

HERE = "IN ('raw', 'stg', 'core', 'etl')"

#: Everything a schema is made of, as sorted text.
SCHEMA = {
    "relations": f"""
        SELECT c.oid::regclass::text, c.relkind::text, c.relpersistence::text, c.reloptions::text,
            c.relacl::text, c.relowner::regrole::text, obj_description(c.oid, 'pg_class'),
            CASE c.relkind
                WHEN 'v' THEN pg_get_viewdef(c.oid) WHEN 'i' THEN pg_get_indexdef(c.oid)
            END
        FROM pg_class AS c WHERE c.relnamespace::regnamespace::text {HERE}
    """,
    "columns": f"""
        SELECT a.attrelid::regclass::text, a.attnum, a.attname,
            format_type(a.atttypid, a.atttypmod),
            a.attnotnull, a.attcollation::regcollation::text, a.attgenerated::text,
            a.attidentity::text, a.attacl::text, pg_get_expr(d.adbin, d.adrelid),
            col_description(a.attrelid, a.attnum)
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid
        LEFT JOIN pg_attrdef AS d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        WHERE c.relnamespace::regnamespace::text {HERE} AND c.relkind IN ('r', 'v')
            AND a.attnum > 0
    """,
    "constraints": f"""
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace::regnamespace::text {HERE} AND contype <> 'n'
    """,
    "routines": f"""
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), p.proacl::text,
            p.proowner::regrole::text, obj_description(p.oid, 'pg_proc')
        FROM pg_proc AS p WHERE p.pronamespace::regnamespace::text {HERE}
    """,
    "schemas": f"""
        SELECT nspname, nspacl::text, nspowner::regrole::text, obj_description(oid, 'pg_namespace')
        FROM pg_namespace WHERE nspname {HERE}
    """,
    "default privileges": """
        SELECT defaclrole::regrole::text, defaclobjtype::text, defaclacl::text FROM pg_default_acl
    """,
    "sources": "SELECT * FROM etl.sources",
    "extracts": "SELECT * FROM etl.extracts",
    "columns of extracts": "SELECT * FROM etl.columns",
    "names": "SELECT * FROM etl.name_parts JOIN etl.name_patterns USING (source, pattern_no)",
    "domains": "SELECT source, domain, source_value, core_value FROM etl.domain_values",
}


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as session:
        return sorted(session.execute(query.encode()).fetchall(), key=repr)


def schema(url: str) -> dict[str, set[str]]:
    """Return a schema without details that may differ between migrations and a fresh database.

    That is the order of columns in tables and views, columns that are gone, and the names that
    PostgreSQL 18 gives to NOT NULL.
    """
    found = {
        kind: {_normal(kind, row) for row in rows(url, query)} - {""}
        for kind, query in SCHEMA.items()
    }
    unvalidated = rows(url, "SELECT conname FROM pg_constraint WHERE NOT convalidated")
    return found | {"not validated": {repr(row) for row in unvalidated}}


def _normal(kind: str, row: tuple[Any, ...]) -> str:
    if kind == "relations" and row[1] == "v":
        lines = sorted(line.strip().rstrip(",;") for line in str(row[-1]).split("\n"))
        return repr((*row[:-1], lines)).replace("SELECT ", "")
    if kind == "columns":
        return "" if "pg.dropped" in row[2] else repr((row[0], *row[2:]))
    return repr(row)


def differences(url: str, other_url: str) -> list[str]:
    """Return the differences between two schemas."""
    one, other = schema(url), schema(other_url)
    return sorted(
        f"{kind}, {'first' if line in one[kind] else 'second'} only: {line}"
        for kind in one
        for line in one[kind] ^ other[kind]
    )
