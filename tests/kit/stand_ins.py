"""The few hosts a recipe downloads from, stood in for: reached as the world is, by a proxy.

Whoever has `World.environment` and trusts `World.authority` reaches them under their own names
over TLS.  Of the real world only the hosts of `beside` are reached, and not through here: what
downloads from anywhere else fails.
"""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

from studiogate.local.authority import Authority

Answer = bytes | str | None
"""What is there, where it is instead, or that nothing is."""

Host = Callable[[str], Answer]
"""Asked for a path."""

_CONNECT = re.compile(rb"CONNECT ([A-Za-z0-9.-]+):\d+ HTTP/1\.[01]\r\n")
_PIECE = 65_536
_PATIENCE_S = 30


@dataclass(frozen=True)
class World:
    """The world with stand-ins in it."""

    proxy: str
    authority: Path
    """PEM of who signs for the stand-ins."""

    beside: tuple[str, ...] = ()
    """Real hosts, reached without the proxy."""

    asked: list[str] = field(default_factory=list)
    """Every address that a stand-in was asked for, in order."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead programs there."""
        here = ",".join(["127.0.0.1", "localhost", *self.beside])
        return {"HTTPS_PROXY": self.proxy, "NO_PROXY": here, "no_proxy": here}


@contextmanager
def standing_in(
    folder: Path, hosts: Mapping[str, Host], *, beside: Sequence[str] = ()
) -> Iterator[World]:
    """The world, with `hosts` stood in for until the block ends, and `beside` left in it."""
    authority = Authority(folder, lambda: datetime.now(UTC))  # noqa: TID251 - a client compares it with its own clock
    asked: list[str] = []
    with ExitStack() as ends:
        site = ThreadingHTTPServer(("127.0.0.1", 0), _site(hosts, asked))
        context = authority.context(list(hosts))
        site.socket = context.wrap_socket(
            site.socket, server_side=True, do_handshake_on_connect=False
        )
        proxy = ThreadingTCPServer(("127.0.0.1", 0), _proxy(hosts, site.server_address[1]))
        for server in (site, proxy):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            ends.callback(server.server_close)
            ends.callback(server.shutdown)
        yield World(
            f"http://127.0.0.1:{proxy.server_address[1]}", authority.file, tuple(beside), asked
        )


def _site(hosts: Mapping[str, Host], asked: list[str]) -> type[BaseHTTPRequestHandler]:
    class Site(BaseHTTPRequestHandler):
        timeout = _PATIENCE_S

        def do_GET(self) -> None:
            name = self.headers.get("Host", "").partition(":")[0]
            asked.append(f"https://{name}{self.path}")
            found = hosts[name](urlsplit(self.path).path) if name in hosts else None
            body = found if isinstance(found, bytes) else b""
            self.send_response(404 if found is None else 200 if found is body else 302)
            if isinstance(found, str):
                self.send_header("Location", found)
            if body.startswith(b"<"):
                self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Site


def _proxy(hosts: Mapping[str, Host], port: int) -> type[StreamRequestHandler]:
    class Proxy(StreamRequestHandler):
        timeout = _PATIENCE_S

        def handle(self) -> None:
            found = _CONNECT.fullmatch(self.rfile.readline(1024))
            while self.rfile.readline(8192).strip():
                pass  # headers, which say nothing of use
            if found is None:
                self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
                return
            name = found[1].decode()
            if name not in hosts:
                self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S) as there:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self.connection.settimeout(None)
                there.settimeout(None)
                back = threading.Thread(target=_copied, args=(there, self.connection))
                back.start()
                _copied(self.connection, there)
                back.join()

    return Proxy


def _copied(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError, ssl.SSLError):  # either side may leave at any time
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
