"""The whole schema: comments, equality of migrations and contracts, and rollback."""

from pathlib import Path
from typing import Any

import pytest

from codegen.contract.loading import CONTRACTS, load_feed
from codegen.migration import migrate
from codegen.render.extract_lists import ExtractLists
from tests.support.databases import Database
from tests.support.engine import migrate_desired
from tests.support.schema import HERE, SCHEMA, rows

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


def test_comments_of_core_carry_the_texts_of_the_contracts(module_database: Database) -> None:
    feed = load_feed(CONTRACTS / "indici")
    wanted = {
        (extract.core.table, column.name): ExtractLists(feed, extract, "").describe_core(column)
        for extract in feed.extracts
        for column in extract.columns
        if column.in_core
    }
    found = rows(
        module_database.admin_url,
        """
            SELECT c.relname, a.attname, col_description(c.oid, a.attnum)
            FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'core'::regnamespace AND a.attnum > 0
        """,
    )
    comments = {(table, column): text for table, column, text in found}
    assert {key: comments.get(key) for key in wanted} == wanted
