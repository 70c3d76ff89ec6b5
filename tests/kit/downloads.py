"""A web server on loopback that has files, and images in a registry that wants a token."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.kit.waiting import PATIENCE_S


@dataclass
class Shelf:
    """What a server has, and what it was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    """By `repository:tag`."""

    onward: dict[str, str] = field(default_factory=dict)
    """Redirects: path to address."""

    token: str = "anybody"
    refuses: bool = False
    """Whether the registry takes no token at all."""

    lies: bool = False
    """Whether it says another digest than that of what it gives."""

    short: bool = False
    """Whether an answer ends before the end that it declares."""

    asked: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def host(self) -> str:
        """Host and port."""
        return self.url.partition("//")[2]


def digest(body: bytes) -> str:
    """As a registry names it."""
    return f"sha256:{sha256(body).hexdigest()}"


class _Handler(BaseHTTPRequestHandler):
    shelf: Shelf

    def do_GET(self) -> None:
        shelf, path = self.shelf, self.path.partition("?")[0]
        shelf.asked.append(self.path)
        if path == "/token":
            self._give(200, json.dumps({"token": shelf.token}).encode())
        elif path in shelf.onward:
            self._give(302, b"", {"Location": shelf.onward[path]})
        elif path.startswith("/v2/"):
            self._manifest(path)
        elif path in shelf.files:
            self._give(200, shelf.files[path])
        else:
            self._give(404, b"no such file")

    def _manifest(self, path: str) -> None:
        allowed = self.headers.get("Authorization") == f"Bearer {self.shelf.token}"
        if self.shelf.refuses or not allowed:
            challenge = f'Bearer realm="{self.shelf.url}/token",service="here"'
            self._give(401, b"{}", {"WWW-Authenticate": challenge})
            return
        repository, _, tag = path.removeprefix("/v2/").partition("/manifests/")
        body = self.shelf.manifests.get(f"{repository}:{tag}")
        if body is None:
            self._give(404, b"{}")
            return
        said = digest(b"another") if self.shelf.lies else digest(body)
        self._give(200, body, {"Docker-Content-Digest": said})

    def _give(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + (9 if self.shelf.short else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Nothing: a test's output is the test's."""


@contextmanager
def shelf() -> Iterator[Shelf]:
    """A server with an empty shelf, until the block ends."""
    held = Shelf()
    handler = type("Handler", (_Handler,), {"shelf": held})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    held.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join(PATIENCE_S)
        server.server_close()
