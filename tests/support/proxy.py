"""A TCP proxy in front of an S3 server: it sees each request, and can stop in the middle of a body.

It understands nothing but request lines, so what passes is what a real server and a real client say
to each other. Signatures hold, because the client signs the proxy's own address.
"""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_REQUEST = re.compile(rb"(GET|HEAD|PUT|POST|DELETE) (/\S*) HTTP/1\.[01]\r\n")
_PIECE = 1 << 16


@dataclass
class Proxy:
    """Forwards to `target`; `stall_after` so many bytes of an object's answer it stands still."""

    target: tuple[str, int]
    stall_after: int | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    _released: threading.Event = field(default_factory=threading.Event)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _listener: socket.socket = field(default_factory=socket.socket)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self._listener.getsockname()
        return f"http://{host}:{port}"

    def start(self) -> None:
        """Listen on a free port."""
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Take no more connections, and let go what stands still."""
        self._stopped.set()
        self._listener.close()
        self.let_go()

    def let_go(self) -> None:
        """Cut the connections that stand still."""
        self._released.set()

    def operations(self) -> list[str]:
        """Return what was asked: the method, and LIST or OBJECT with the names of parameters."""
        found = []
        for method, path in self.requests:
            parts = urlsplit(path)
            names = sorted(one.partition("=")[0] for one in parts.query.split("&") if one)
            kind = "OBJECT" if parts.path.count("/") > 1 and parts.path[-1] != "/" else "LIST"
            found.append(f"{method} {kind} {' '.join(n for n in names if n != 'x-id')}".strip())
        return found

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._stopped.is_set():
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self.target) as server:
            upward = threading.Thread(target=self._upward, args=(client, server), daemon=True)
            upward.start()
            self._downward(server, client)
            for end in (client, server):  # closing alone does not wake the other thread
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _upward(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := client.recv(_PIECE):
                for method, path in _REQUEST.findall(piece):
                    self.requests.append((method.decode(), path.decode()))
                server.sendall(piece)
            server.shutdown(socket.SHUT_WR)

    def _downward(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while piece := server.recv(_PIECE):
                if self.stall_after is not None and "OBJECT" in (self.operations() or [""])[-1]:
                    if passed + len(piece) > self.stall_after:
                        client.sendall(piece[: max(0, self.stall_after - passed)])
                        self.stalled.set()
                        self._released.wait()
                        return
                    passed += len(piece)
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def proxy_of(endpoint: str, stall_after: int | None = None) -> Iterator[Proxy]:
    """Yield a proxy of an S3 endpoint."""
    parts = urlsplit(endpoint)
    proxy = Proxy((parts.hostname or "127.0.0.1", parts.port or 80), stall_after)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
