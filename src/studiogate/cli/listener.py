"""A door for the browser of this same computer: a few requests, on a port nobody knows before.

It listens on 127.0.0.1 alone (RFC 8252 §8.3) and answers what it expects and nothing else.
What it is asked is logged nowhere: it may be a code.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from time import monotonic
from types import TracebackType
from typing import Self

from studiogate.errors import Unreachable

_HERE = "127.0.0.1"
_LOOKS_EVERY_S = 0.25
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the browser is answered."""

    says: str
    status: HTTPStatus = HTTPStatus.OK
    leads_to: str | None = field(default=None, repr=False)


Expected = Callable[[str], Reply | None]
"""The reply to a GET of that target; `None` for what is not the request that is waited for."""


class Listener(AbstractContextManager["Listener"]):
    """Listens until the block ends."""

    def __init__(self) -> None:
        self._server = _Server((_HERE, 0), _Handler)
        self._server.timeout = _LOOKS_EVERY_S

    @property
    def address(self) -> str:
        """Its own address, with the slash at the end."""
        return f"http://{_HERE}:{self._server.server_port}/"

    def expect(
        self, expected: Expected, *, within_s: float, unless: Callable[[], bool]
    ) -> None:
        """Return once what was `expected` has come and is answered.

        Raises:
            Unreachable: it did not come within so many seconds, or `unless` says it never will.
        """
        self._server.expected, ends = expected, monotonic() + within_s
        while not self._server.has_come.is_set():
            self._server.handle_request()
            is_late = unless() or monotonic() > ends
            if is_late and not self._server.is_answering():
                raise Unreachable(
                    "the browser did not come",
                    remedy="Open the portal in it yourself, or use --no-browser.",
                    action="studiogate:browser",
                )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.server_close()

    def __enter__(self) -> Self:
        return self


class _Server(ThreadingMixIn, HTTPServer):
    """A thread for each connection: browsers open some that they then say nothing on."""

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        super().__init__(address, handler)
        self.expected: Expected | None = None
        self.has_come = threading.Event()
        self._turn = threading.Lock()

    def reply_to(self, target: str) -> Reply | None:
        """The reply to what is expected, which comes once."""
        with self._turn:
            reply = self.expected(target) if self.expected is not None else None
            if reply is not None:
                self.expected = None
            return reply

    def is_answering(self) -> bool:
        """Whether what was expected has come, and is answered at this moment or was."""
        with self._turn:
            return self.expected is None

    def handle_error(self, *_about: object) -> None:
        """Whoever broke off is not who is waited for."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: _Server
    timeout = 1.0
    server_version, sys_version = "studiogate", ""

    def do_GET(self) -> None:
        """What is expected, or 404; a name in `Host` is a page of somebody's that led here."""
        host = f"{_HERE}:{self.server.server_port}"
        is_ours = self.headers.get_all("host") == [host]
        reply = self.server.reply_to(self.path) if is_ours else None
        try:
            self._send(reply or Reply("There is nothing here.", HTTPStatus.NOT_FOUND))
        finally:
            if reply is not None:
                self.server.has_come.set()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing: the request may hold a code."""

    def _send(self, reply: Reply) -> None:
        body = _page(reply.says).encode("utf-8")
        self.send_response(HTTPStatus.SEE_OTHER if reply.leads_to else reply.status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if reply.leads_to:
            self.send_header("Location", reply.leads_to)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _page(says: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>studiogate</title><main><h1>{escape(says)}</h1></main></html>\n"
    )
