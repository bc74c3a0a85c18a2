"""The driver's connection: what it does when nothing comes back."""

import socket

import pytest

from rawcore.database import connect
from rawcore.settings import load_settings
from tests.support.databases import Database


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
