"""The driver's connection: a server that does not answer, and what a session leaves behind."""

import socket
from typing import Any

import psycopg
import pytest
import structlog
from psycopg import sql

from rawcore.driver.control import Control
from rawcore.driver.database import connect
from rawcore.settings import load_settings
from tests.support.databases import Database
from tests.support.engine import Engine


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="this system names it otherwise")
@pytest.mark.parametrize(("said", "seconds"), [("", 30), ("keepalives_idle=77", 77)])
def test_a_silent_server_is_asked_for_a_sign_of_life(
    database: Database, said: str, seconds: int
) -> None:
    url = database.driver_url
    url += f"{'&' if '?' in url else '?'}{said}"
    with (
        connect(url, load_settings(), "rawcore") as connection,
        socket.socket(fileno=connection.pgconn.socket) as plug,
    ):
        assert plug.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == seconds
        plug.detach()


def test_a_source_is_free_before_the_server_sees_that_its_run_has_ended(
    module_depot: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: Any = structlog.get_logger()
    url, source = module_depot.database.driver_url, module_depot.source
    with connect(url, load_settings(), "next") as following, monkeypatch.context() as patch:
        control = Control(url, load_settings(rawcore_source=source), log)
        control.lock()
        patch.setattr(type(control.connection), "close", lambda self: None)
        control.close()
        got = following.execute("SELECT etl.lock_source(%s) AS got", [source]).fetchone()
    control.connection.close()
    assert got == {"got": True}


@pytest.mark.parametrize("name", ["idle_session_timeout", "statement_timeout"])
def test_a_session_is_not_ended_by_a_time_out_of_the_database(
    database: Database, name: str
) -> None:
    statement = sql.SQL("ALTER DATABASE {} SET {} = '1min'")
    with psycopg.connect(database.superuser_url, autocommit=True) as superuser:
        superuser.execute(statement.format(sql.Identifier(database.name), sql.Identifier(name)))
    with connect(database.driver_url, load_settings(), "rawcore") as connection:
        found = connection.execute("SELECT current_setting(%s) AS is_now", [name]).fetchone()
    assert found == {"is_now": "0"}
