"""A TCP proxy in front of an S3 server: it records requests and disturbs responses for objects.

It understands nothing but request lines, so what passes is what a real server and a real client say
to each other. Signatures hold, because the client signs the proxy's own address.
"""

import contextlib
import re
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

_REQUEST = re.compile(rb"(GET|HEAD|PUT|POST|DELETE) (/\S*) HTTP/1\.[01]\r\n")
_PIECE = 1 << 16
_SLOW_PIECE = 1 << 14
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
_ANSWERS = {
    "busy": (503, "SlowDown"),
    "expired": (400, "ExpiredToken"),
    "denied": (403, "AccessDenied"),
}


@dataclass(frozen=True)
class Fault:
    """A fault of one response for an object, after so many bytes.

    busy, expired, denied: an error is the answer, and the server is not asked. cut: the connection
    is reset. short: it is closed in good order. stall: nothing comes any more. hold: nothing comes
    until `let_go`. slow: it comes in small pieces. flip: one byte is another.
    """

    kind: Literal["busy", "expired", "denied", "cut", "short", "stall", "hold", "slow", "flip"]
    after: int = 0


@dataclass
class _Exchange:
    """The current request of a connection: its fault, and how much of the response has passed."""

    fault: Fault | None = None
    passed: int = 0


@dataclass
class Proxy:
    """Forwards to `target`; each answer for an object has the next fault.

    With `only`, each answer to a request whose path and query hold that text.
    """

    target: tuple[str, int]
    faults: deque[Fault]
    only: str = ""
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
        """Accept no more connections, and cut stalled ones."""
        self._stopped.set()
        self._listener.close()
        self.let_go()

    def let_go(self) -> None:
        """Send held data, and cut stalled connections."""
        self._released.set()

    def operations(self) -> list[str]:
        """Return the requests: the method, and LIST or OBJECT with the names of parameters."""
        found = []
        for method, path in self.requests:
            names = sorted(one.partition("=")[0] for one in urlsplit(path).query.split("&") if one)
            kind = "OBJECT" if _is_object(path) else "LIST"
            found.append(f"{method} {kind} {' '.join(n for n in names if n != 'x-id')}".strip())
        return found

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._stopped.is_set():
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        exchange = _Exchange()
        with client, socket.create_connection(self.target) as server:
            arguments = (client, server, exchange)
            upward = threading.Thread(target=self._upward, args=arguments, daemon=True)
            upward.start()
            self._downward(server, client, exchange)
            for end in (client, server):  # closing alone does not wake the other thread
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _upward(self, client: socket.socket, server: socket.socket, exchange: _Exchange) -> None:
        with contextlib.suppress(OSError):
            while piece := client.recv(_PIECE):
                for request in _REQUEST.findall(piece):
                    method, path = (one.decode() for one in request)
                    self.requests.append((method, path))
                    exchange.passed, exchange.fault = 0, None
                    wanted = self.only in path if self.only else _is_object(path)
                    if self.faults and method == "GET" and wanted:
                        exchange.fault = self.faults.popleft()
                if exchange.fault is not None and exchange.fault.kind in _ANSWERS:
                    client.sendall(_error(*_ANSWERS[exchange.fault.kind]))
                else:
                    server.sendall(piece)
            server.shutdown(socket.SHUT_WR)

    def _downward(self, server: socket.socket, client: socket.socket, exchange: _Exchange) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(_PIECE):
                if exchange.fault is None:
                    client.sendall(piece)
                elif not self._disturb(exchange.fault, client, piece, exchange.passed):
                    return
                exchange.passed += len(piece)
            client.shutdown(socket.SHUT_WR)

    def _disturb(self, fault: Fault, client: socket.socket, piece: bytes, passed: int) -> bool:
        """Send a piece, changed by the fault; return whether the response continues."""
        left = fault.after - passed
        if fault.kind == "slow":
            for start in range(0, len(piece), _SLOW_PIECE):
                client.sendall(piece[start : start + _SLOW_PIECE])
                time.sleep(0.01)
            return True
        if not 0 <= left < len(piece):
            client.sendall(piece)
            return True
        if fault.kind == "flip":
            client.sendall(piece[:left] + bytes([piece[left] ^ 1]) + piece[left + 1 :])
            return True
        client.sendall(piece[:left])
        if fault.kind in ("stall", "hold"):
            self.stalled.set()
            self._released.wait()
        if fault.kind == "hold":
            client.sendall(piece[left:])
            return True
        if fault.kind == "cut":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            client.close()
        return False


def _error(status: int, code: str) -> bytes:
    text = f"<Error><Code>{code}</Code><Message>said by the proxy</Message></Error>"
    head = f"HTTP/1.1 {status} Error\r\nContent-Type: application/xml"
    return f"{head}\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()


def _is_object(path: str) -> bool:
    path = urlsplit(path).path
    return path.count("/") > 1 and not path.endswith("/")


@contextlib.contextmanager
def proxy_of(endpoint: str, *faults: Fault, only: str = "") -> Iterator[Proxy]:
    """Yield a proxy of an S3 endpoint; answers have these faults, one each."""
    parts = urlsplit(endpoint)
    proxy = Proxy((parts.hostname or "127.0.0.1", parts.port or 80), deque(faults), only)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
