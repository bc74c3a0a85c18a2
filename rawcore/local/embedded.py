"""The database that rawcore uses without DATABASE_URL: PostgreSQL 18 from a wheel.

It belongs to the clone: data, port and passwords are in `.local/postgres`. The login `rawcore` owns
the database `rawcore` and may create roles, but is no superuser. The driver logs in as
`rawcore_driver`, which becomes a member of `etl_writer` after the migrations.
"""

import os
import re
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import psycopg
from dotenv import dotenv_values
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rawcore.local.folder import LOCAL, locked, write_private
from rawcore.local.server import Server
from rawcore.local.wheels import WHEELS, ServerError, wheel_bin

DATABASE = "rawcore"
OWNER = "rawcore"
DRIVER = "rawcore_driver"
VERSION = max(WHEELS)

USAGE = """usage: python -m rawcore.local.embedded start|stop|url|psql|remove
  start   start the embedded server if it is not running
  stop    stop it
  url     print the connection string in use: DATABASE_URL, or the embedded server's owner
  psql    open psql on it; further arguments go to psql
  remove  stop every server of this clone and remove their data"""


def server(local: Path = LOCAL) -> Server:
    """Return the clone's server, running or not."""
    # The log has no statements that failed: they can contain values of the feed.
    settings = {"shared_buffers": "256MB", "max_wal_size": "4GB", "log_min_messages": "log"}
    return Server(local / "postgres", wheel_bin(VERSION), settings)


def ensure_running(local: Path = LOCAL) -> Server:
    """Return the clone's server, started, with database and logins; safe with two callers.

    Raises:
        ServerError: the server cannot be created or started; the text states why.
    """
    running = server(local)
    running.start()
    with locked(running.directory / "logins.lock"):
        make_logins(running, (OWNER, DRIVER), database=DATABASE)
    return running


def stop(local: Path = LOCAL) -> None:
    """Stop the clone's server; harmless if it is not running."""
    server(local).stop()


def admin_url(local: Path = LOCAL) -> str:
    """Return the connection string of the owner, who migrates and creates roles; no superuser."""
    return _url(OWNER, local)


def driver_url(local: Path = LOCAL) -> str:
    """Return the connection string of the driver's login."""
    return _url(DRIVER, local)


def superuser_url(local: Path = LOCAL) -> str:
    """Return the connection string of the superuser in the database `rawcore`."""
    return server(local).superuser_url(DATABASE)


def grant_driver(local: Path = LOCAL) -> bool:
    """Make the driver's login a member of `etl_writer`; return whether that role exists yet."""
    with psycopg.connect(admin_url(local), autocommit=True) as connection:
        return grant_role(connection, "etl_writer", DRIVER)


def grant_role(connection: psycopg.Connection, role: str, login: str) -> bool:
    """Make `login` a member of `role`, if that role exists; return whether it does."""
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if found is not None:
        connection.execute(
            sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(login))
        )
    return found is not None


def make_logins(running: Server, logins: Sequence[str], database: str) -> None:
    """Create logins with random passwords; the first may create roles and owns the database."""
    with psycopg.connect(running.superuser_url(), autocommit=True) as connection:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for login in logins:
            path = running.directory / login
            if login in known and path.exists():
                continue
            password = secrets.token_urlsafe(24)
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(
                    sql.SQL("ALTER" if login in known else "CREATE"),
                    sql.Identifier(login),
                    sql.SQL("CREATEROLE" if login == logins[0] else "NOCREATEROLE"),
                    sql.Literal(password),
                )
            )
            write_private(path, f"{password}\n")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if found.fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(logins[0])
                )
            )


def given_url(local: Path = LOCAL) -> str | None:
    """Return DATABASE_URL (environment, then .env) in libpq's syntax; None: it is not set."""
    url = os.environ.get("DATABASE_URL") or dotenv_values(local.parent / ".env").get("DATABASE_URL")
    return re.sub(r"^(postgres(?:ql)?)\+\w+://", r"\1://", url) if url else None


def url_in_use(local: Path = LOCAL) -> str:
    """Return DATABASE_URL (environment, then .env), else the URL of the embedded owner, started."""
    url = given_url(local)
    if url is not None:
        return url
    ensure_running(local)
    return admin_url(local)


def _url(login: str, local: Path) -> str:
    running = server(local)
    try:
        password = (running.directory / login).read_text().strip()
    except FileNotFoundError as error:
        raise ServerError("the embedded server was never started: make migrate") from error
    return running.url(login, password, DATABASE)


def _psql(url: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by psql; other users cannot see the password in its environment."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    if "password" in parts:
        os.environ["PGPASSWORD"] = parts.pop("password")
    psql = str(wheel_bin(VERSION) / "psql")
    os.execv(psql, [psql, make_conninfo(**parts), *arguments])  # noqa: S606 - no shell is wanted


def _remove(local: Path) -> None:
    server(local).remove()
    from rawcore.local.weed import Weed  # it imports boto3, which is slow

    Weed(local / "weed").remove()


def main(arguments: Sequence[str]) -> int:
    """Run one command of USAGE; return the exit code."""
    command, *rest = arguments or [""]
    try:
        match command:
            case "start":
                ensure_running()
            case "stop":
                stop()
            case "url":
                print(url_in_use())
            case "psql":
                _psql(url_in_use(), rest)
            case "remove":
                _remove(LOCAL)
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except ServerError as error:
        print(f"rawcore: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
