"""The database server under test, the template made on it once, and a clone of it per test."""

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from codegen.migration import migrate
from rawcore.local.folder import locked
from tests.support.home import home, server

OWNER = "rawcore_test_owner"
MEMBERS = {
    "rawcore_test_driver": "etl_writer",
    "rawcore_test_auditor": "etl_auditor",
    "rawcore_test_reader": "app_reader",
}
"""The logins of the tests, and the role each one is a member of."""


@dataclass(frozen=True)
class Database:
    """A database of one test, and how each kind of user connects to it."""

    name: str
    superuser_url: str
    admin_url: str
    driver_url: str
    auditor_url: str
    reader_url: str


@dataclass(frozen=True)
class Cluster:
    """The server under test; `url` is its superuser's."""

    url: str

    def database(self, name: str) -> Database:
        """Return how to connect to a database of this server."""
        urls = [self._url(name, login) for login in (OWNER, *MEMBERS)]
        return Database(name, self._url(name), *urls)

    def create(self, name: str, template: str) -> Database:
        """Create a database that belongs to the owner login."""
        self._run(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
                *map(sql.Identifier, (name, OWNER, template))
            )
        )
        return self.database(name)

    def drop(self, name: str) -> None:
        """Drop a database, ending the sessions in it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def clone(self, template: str) -> Iterator[Database]:
        """Yield a copy of a database, dropped afterwards."""
        name = f"{_prefix()}_{uuid.uuid4().hex[:12]}"
        try:
            yield self.create(name, template)
        finally:
            self.drop(name)

    def make_logins(self) -> None:
        """Make the logins of the tests, or set their passwords; logins outlive databases."""
        with locked(home() / "logins.lock"):
            for login in (OWNER, *MEMBERS):
                self._make_login(login)

    def _make_login(self, login: str) -> None:
        row = self._run(sql.SQL("SELECT 1 FROM pg_roles WHERE rolname = {}").format(login))
        self._run(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB {} PASSWORD {}").format(
                sql.SQL("ALTER" if row else "CREATE"),
                sql.Identifier(login),
                sql.SQL("CREATEROLE" if login == OWNER else "NOCREATEROLE"),
                sql.Literal(self._password(login)),
            )
        )

    def make_template(self) -> str:
        """Return the migrated database that each test copies; the first caller creates it."""
        name = f"{_prefix()}_template"
        done = home() / "template.done"
        with locked(home() / "template.lock"):
            if not done.exists():
                self.drop(name)
                made = self.create(name, "template0")
                migrate.apply(made.admin_url)
                self.grant_members(made)
                done.touch()
        return name

    def grant_members(self, database: Database) -> None:
        """Make each login a member of its role, as the owner, who created the roles."""
        with (
            locked(home() / "logins.lock"),
            psycopg.connect(database.admin_url, autocommit=True) as connection,
        ):
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for login, role in MEMBERS.items():
                if role in known:
                    grant = sql.SQL("GRANT {} TO {}")
                    connection.execute(grant.format(sql.Identifier(role), sql.Identifier(login)))

    def drop_all(self) -> None:
        """Drop every database of this run."""
        names = self._run(
            sql.SQL("SELECT datname FROM pg_database WHERE starts_with(datname, {})").format(
                f"{_prefix()}_"
            )
        )
        for (name,) in names:
            self.drop(name)

    def _run(self, statement: sql.Composed) -> list[tuple[str]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _url(self, database: str, login: str | None = None) -> str:
        parts = {k: str(v) for k, v in conninfo_to_dict(self.url).items()} | {"dbname": database}
        if login is not None:
            parts |= {"user": login, "password": self._password(login)}
        return as_url(parts)

    def _password(self, login: str) -> str:
        """The same for each run on one server, so that two runs at once do not disturb."""
        return hashlib.sha256(f"{self.url} {login}".encode()).hexdigest()[:32]


def as_url(parts: dict[str, str]) -> str:
    """Return libpq parameters as a postgresql:// URL, which every tool takes."""
    rest = dict(parts)
    user, password, database = (
        quote(rest.pop(name, ""), safe="") for name in ("user", "password", "dbname")
    )
    at = ""
    if not rest.get("host", "/").startswith("/"):  # a folder is a Unix socket's
        at = f"{rest.pop('host')}:{rest.pop('port', '5432')}"
    options = f"?{urlencode(rest)}" if rest else ""
    return f"postgresql://{user}:{password}@{at}/{database}{options}"


def given_url() -> str | None:
    """Return RAWCORE_TEST_DATABASE_URL, or the URL of this run's container."""
    container = home() / "container.url"
    if container.exists():
        return container.read_text()
    return os.environ.get("RAWCORE_TEST_DATABASE_URL") or None


def start_cluster() -> Cluster:
    """Return the server under test, started."""
    url = given_url()
    if url is None:
        embedded = server()
        embedded.start()
        url = embedded.superuser_url()
    return Cluster(url)


def _prefix() -> str:
    """What the names of this run's databases start with: another run may use the same server."""
    return f"rawcore_{hashlib.sha256(str(home()).encode()).hexdigest()[:8]}"
