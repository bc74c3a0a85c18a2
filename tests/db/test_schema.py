"""The schema as a whole: described, reproducible from migrations or contracts, and taken back."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from codegen import migrate
from codegen.desired import CONTRACTS
from tests.support.databases import Database
from tests.support.engine import migrate_desired

HERE = "IN ('raw', 'stg', 'core', 'etl')"

UNDESCRIBED = {
    "tables and views": f"""
        SELECT c.oid::regclass::text FROM pg_class AS c
        WHERE c.relnamespace::regnamespace::text {HERE} AND c.relkind IN ('r', 'v')
            AND obj_description(c.oid, 'pg_class') IS NULL
    """,
    "columns": f"""
        SELECT format('%s.%s', c.oid::regclass, a.attname)
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relnamespace::regnamespace::text {HERE} AND c.relkind IN ('r', 'v')
            AND a.attnum > 0 AND NOT a.attisdropped
            AND col_description(c.oid, a.attnum) IS NULL
    """,
    "routines": f"""
        SELECT p.oid::regprocedure::text FROM pg_proc AS p
        WHERE p.pronamespace::regnamespace::text {HERE}
            AND obj_description(p.oid, 'pg_proc') IS NULL
    """,
    "schemas": f"""
        SELECT n.nspname FROM pg_namespace AS n
        WHERE n.nspname {HERE} AND obj_description(n.oid, 'pg_namespace') IS NULL
    """,
}

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
        WHERE c.relnamespace::regnamespace::text {HERE} AND a.attnum > 0
    """,
    "constraints": f"""
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace::regnamespace::text {HERE}
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


@pytest.mark.parametrize("kind", UNDESCRIBED)
def test_everything_is_described(module_database: Database, kind: str) -> None:
    assert rows(module_database.admin_url, UNDESCRIBED[kind]) == []


def test_migrations_and_contracts_give_the_same_schema(
    module_database: Database, empty_database: Database, tmp_path: Path
) -> None:
    migrate_desired(empty_database, CONTRACTS, tmp_path)
    different: set[tuple[str, Any]] = set()
    for kind, query in SCHEMA.items():
        migrated = {repr(row): row[0] for row in rows(module_database.admin_url, query)}
        desired = {repr(row): row[0] for row in rows(empty_database.admin_url, query)}
        assert migrated, kind
        for one in migrated.keys() ^ desired.keys():
            different.add((kind, (migrated | desired)[one]))
    assert different == set()


def test_rolled_back_migrations_leave_nothing_and_apply_again(database: Database) -> None:
    url = database.admin_url
    leftovers = """
        SELECT nspname FROM pg_namespace WHERE nspname IN ('raw', 'stg', 'core', 'etl')
        UNION ALL
        SELECT defaclrole::regrole::text FROM pg_default_acl
    """
    migrations = len([*migrate.MIGRATIONS.glob("*/apply.sql")])
    assert len(migrate.rollback(url, migrations)) == migrations
    assert rows(url, leftovers) == []
    assert len(migrate.apply(url)) == migrations
    assert migrate.apply(url) == []
