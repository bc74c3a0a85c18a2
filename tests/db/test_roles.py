"""Privileges of the roles: read from the catalog for all objects, and tried by login."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.support.databases import Database
from tests.support.engine import Engine

GRANTED = """
    SELECT c.oid::regclass::text
    FROM pg_class AS c, aclexplode(c.relacl) AS g
    WHERE c.relnamespace::regnamespace::text IN ('raw', 'stg', 'core', 'etl')
        AND g.grantee = %(role)s::regrole AND g.privilege_type = %(privilege)s
    UNION
    SELECT c.oid::regclass::text
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid, aclexplode(a.attacl) AS g
    WHERE c.relnamespace::regnamespace::text IN ('raw', 'stg', 'core', 'etl')
        AND g.grantee = %(role)s::regrole AND g.privilege_type = %(privilege)s
    ORDER BY 1
"""


@pytest.fixture(scope="module")
def loaded(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The shipped feed with one medicine loaded."""
    engine = Engine(module_database, tmp_path_factory.mktemp("files"))
    engine.set_pseudonym_key()
    engine.ingest("medicine", [{"medicine_id": "1", "medicine_name": "a"}])
    yield engine
    engine.close()


def may(engine: Engine, role: str, privilege: str) -> list[str]:
    """Return the tables and views on which, or on columns of which, a role has a privilege."""
    rows = engine.owner.execute(GRANTED, {"role": role, "privilege": privilege})
    return [name for (name,) in rows]


def refusal(url: str, statement: str) -> str | None:
    """Return the SQLSTATE with which a login is refused a statement."""
    with psycopg.connect(url, autocommit=True) as session:
        try:
            session.execute(statement.encode())
        except psycopg.Error as error:
            return error.sqlstate
    return None


def test_public_can_execute_no_routine_and_read_no_table(loaded: Engine) -> None:
    routines = loaded.query("""
        SELECT p.oid::regprocedure FROM pg_proc AS p
        WHERE p.pronamespace::regnamespace::text IN ('raw', 'stg', 'core', 'etl')
            AND (p.proacl IS NULL OR EXISTS (
                SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0
            ))
    """)
    tables = loaded.query("""
        SELECT c.oid::regclass FROM pg_class AS c, aclexplode(c.relacl) AS a
        WHERE c.relnamespace::regnamespace::text IN ('raw', 'stg', 'core', 'etl') AND a.grantee = 0
    """)
    schemas = loaded.query("""
        SELECT nspname FROM pg_namespace
        WHERE nspname IN ('raw', 'stg', 'core', 'etl')
            AND has_schema_privilege('public', oid, 'USAGE')
    """)
    assert (routines, tables, schemas) == ([], [], [])


def test_a_routine_made_later_is_not_executable_by_public(loaded: Engine) -> None:
    loaded.query("""
        SET ROLE etl_owner;
        CREATE FUNCTION etl.made_later() RETURNS int LANGUAGE sql RETURN 1;
        RESET ROLE;
    """)
    assert (
        loaded.one("SELECT has_function_privilege('app_reader', 'etl.made_later()', 'EXECUTE')")
        is False
    )
    loaded.query("DROP FUNCTION etl.made_later()")


@pytest.mark.parametrize("role", ["etl_writer", "etl_auditor", "app_reader"])
@pytest.mark.parametrize("privilege", ["UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"])
def test_nobody_but_the_owner_changes_a_table(loaded: Engine, role: str, privilege: str) -> None:
    assert may(loaded, role, privilege) == []


def test_the_reader_reads_core_and_nothing_else(loaded: Engine) -> None:
    readable = may(loaded, "app_reader", "SELECT")
    tables = loaded.query("SELECT core_table FROM etl.extracts ORDER BY 1")
    assert sorted(readable) == sorted(["core.files", *(name for (name,) in tables)])
    url = loaded.database.reader_url
    assert (
        refusal(url, "SELECT * FROM core.dim_medicine JOIN core.files USING (load_run_file_id)")
        is None
    )
    assert refusal(url, "SELECT * FROM stg.medicine") == "42501"
    assert refusal(url, "SELECT * FROM etl.load_run_files") == "42501"
    assert refusal(url, "CALL etl.process_batch(1)") == "42501"


def test_the_writer_inserts_into_raw_the_listing_and_rejects_of_landing_only(
    loaded: Engine,
) -> None:
    tables = loaded.query("SELECT raw_table FROM etl.extracts")
    writable = may(loaded, "etl_writer", "INSERT")
    expected = ["etl.s3_listing", "etl.landing_rejects", *(name for (name,) in tables)]
    assert sorted(writable) == sorted(expected)


def test_the_writer_reads_no_data_and_no_key(loaded: Engine) -> None:
    readable = may(loaded, "etl_writer", "SELECT")
    assert [name for name in readable if not name.startswith("etl.")] == []
    assert [name for name in readable if name.startswith("etl.rejects")] == []
    assert "etl.pseudonym_keys" not in readable


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM stg.medicine",
        "SELECT * FROM core.dim_medicine",
        "SELECT * FROM raw.medicine_raw",
        "SELECT * FROM etl.pseudonym_keys",
        "INSERT INTO core.dim_medicine (medicine_id) VALUES (1)",
        "INSERT INTO stg.medicine (medicine_id) VALUES (1)",
        "INSERT INTO etl.rejects_medicine (line_no) VALUES (1)",
        "INSERT INTO raw.medicine_raw (load_run_file_id, line_no) VALUES (1, 99)",
        "UPDATE etl.load_run_files SET is_counting = false",
        "DELETE FROM etl.load_runs",
        "CALL etl.set_pseudonym_key(repeat('x', 32))",
        "CALL etl.exclude_file(1, 'why')",
        "CALL etl.release_file(1, 'why')",
        "CALL etl.merge_medicine(1)",
        "SELECT etl.pseudonym('ZZZ0016', '', '')",
        "CREATE TABLE etl.mine ()",
        "SET ROLE etl_owner",
    ],
)
def test_the_writer_is_refused(loaded: Engine, statement: str) -> None:
    assert refusal(loaded.database.driver_url, statement) == "42501"


def test_the_writer_cannot_lend_raw_rows_to_another_file_or_change_them(loaded: Engine) -> None:
    url = loaded.database.driver_url
    assert refusal(url, "COPY raw.medicine_raw (medicine_id, line_no) FROM STDIN") == "42501"
    assert refusal(url, "DELETE FROM raw.medicine_raw") == "42501"


def test_the_auditor_reads_the_audit_and_raw_with_lineage_but_no_key(loaded: Engine) -> None:
    readable = set(may(loaded, "etl_auditor", "SELECT"))
    everything = {
        name for (name,) in loaded.query("""
            SELECT oid::regclass::text FROM pg_class
            WHERE relnamespace = 'etl'::regnamespace AND relkind IN ('r', 'v')
        """)
    }  # fmt: skip
    assert everything - readable == {"etl.pseudonym_keys"}
    views = {f"raw.{extract}" for extract in loaded.columns}
    assert readable - everything == views | {"core.files"}
    url = loaded.database.auditor_url
    assert refusal(url, "SELECT s3_key, file_hash FROM raw.medicine") is None
    assert refusal(url, "SELECT * FROM etl.health") is None
    assert refusal(url, "SELECT * FROM etl.trace('dim_medicine', '{\"medicine_id\": 1}')") is None
    assert refusal(url, "SELECT * FROM etl.pseudonym_keys") == "42501"
    assert refusal(url, "SELECT etl.pseudonym('ZZZ0016', '', '')") == "42501"
    assert refusal(url, "CALL etl.process_batch(1)") == "42501"


def test_every_routine_with_the_rights_of_its_owner_pins_its_search_path(loaded: Engine) -> None:
    assert (
        loaded.query("""
        SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'etl'::regnamespace AND prosecdef
            AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
    """)
        == []
    )


def test_everything_belongs_to_the_owner(loaded: Engine) -> None:
    owners = loaded.query("""
        SELECT DISTINCT o.owner::regrole::text FROM (
            SELECT relnamespace, relowner FROM pg_class
            UNION ALL SELECT pronamespace, proowner FROM pg_proc
            UNION ALL SELECT oid, nspowner FROM pg_namespace
        ) AS o (namespace, owner)
        WHERE o.namespace::regnamespace::text IN ('raw', 'stg', 'core', 'etl')
    """)
    assert owners == [("etl_owner",)]


def test_no_role_can_log_in_or_rule_the_server(loaded: Engine) -> None:
    roles = loaded.query("""
        SELECT rolname FROM pg_roles
        WHERE rolname IN ('etl_owner', 'etl_writer', 'etl_auditor', 'app_reader')
            AND (rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls)
    """)
    assert roles == []
