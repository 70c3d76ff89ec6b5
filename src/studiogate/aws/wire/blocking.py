"""The transport of a function that serves one request at a time: http.client, no event loop.

`send` is a coroutine like the other transport's but never waits for a loop: it blocks.  `drive`
runs a coroutine made of such calls to its end, so that the gateway's handlers need neither
asyncio nor aiohttp, whose imports would be most of a cold start.
"""

import io
import select
import socket
import ssl
import time
from collections.abc import Coroutine
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, TypeVar
from urllib.parse import urlsplit

from studiogate.aws.wire.call import NoAnswer, WireAnswer, WireRequest, answered
from studiogate.aws.wire.limits import IDLE_S, LARGEST_ANSWER_BYTES, may_repeat

_T = TypeVar("_T")


def drive(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """The result of a coroutine that never waits.

    Raises:
        RuntimeError: it did wait, so something in it needs an event loop.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        found: _T = done.value
        return found
    coroutine.close()
    raise RuntimeError("a coroutine that should only block waited for an event loop")


class BlockingTransport:
    """Keeps one connection to each host; not for use by two threads at once."""

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        """Wait at most `timeout_s` seconds for a connection, then for a whole answer."""
        self._timeout_s = timeout_s
        self._connections: dict[tuple[str, str], _Connection] = {}
        self._tls: ssl.SSLContext | None = None

    async def send(self, request: WireRequest) -> WireAnswer:
        """The answer, whatever its status.  Blocks.

        A kept connection that turns out to be dead is replaced once, if the request cannot have
        arrived or may be repeated.

        Raises:
            NoAnswer: nothing came back in time, or more than 1 MiB did.
        """
        key = _key(request.url)
        kept = self._connections.pop(key, None)
        if kept is not None and kept.is_alive():
            try:
                return self._exchanged(key, kept, request)
            except _Lost as exc:
                if not (exc.unsent or may_repeat(request)):
                    raise NoAnswer(exc.why) from exc
        try:
            return self._exchanged(key, self._opened(key), request)
        except _Lost as exc:
            raise NoAnswer(exc.why) from exc

    async def close(self) -> None:
        """Close every connection."""
        while self._connections:
            self._connections.popitem()[1].close()

    def _opened(self, key: tuple[str, str]) -> "_Connection":
        scheme, netloc = key
        if scheme == "http":
            return _Connection(HTTPConnection(netloc, timeout=self._timeout_s))
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return _Connection(HTTPSConnection(netloc, timeout=self._timeout_s, context=self._tls))

    def _exchanged(
        self, key: tuple[str, str], connection: "_Connection", request: WireRequest
    ) -> WireAnswer:
        """The answer over `connection`, which is kept for the next request if it can be."""
        try:
            answer = connection.exchange(request, self._timeout_s)
        except BaseException:
            connection.close()
            raise
        if connection.is_open():
            self._connections[key] = connection
        return answer


class _Lost(Exception):
    """The connection broke before any of the answer arrived."""

    def __init__(self, why: str, *, unsent: bool) -> None:
        super().__init__(why)
        self.why = why
        self.unsent = unsent


class _Connection:
    """One connection and when it was last used."""

    def __init__(self, http: HTTPConnection) -> None:
        self._http = http
        self._http.response_class = _TimedResponse
        self._used_at = time.monotonic()

    def close(self) -> None:
        self._http.close()

    def is_open(self) -> bool:
        return self._http.sock is not None

    def is_alive(self) -> bool:
        """Whether the other side can be expected to be there still.

        A connection on which nothing is asked has nothing to say: what can be read from it is
        its end.
        """
        idle_s = time.monotonic() - self._used_at
        if self._http.sock is None or idle_s > IDLE_S or _has_ended(self._http.sock):
            self.close()
            return False
        return True

    def exchange(self, request: WireRequest, timeout_s: float) -> WireAnswer:
        """The answer to `request`.

        Raises:
            NoAnswer: too late, too much, or not HTTP.
            _Lost: the connection broke before any of the answer arrived.
        """
        ends_at = time.monotonic() + timeout_s
        try:
            self._say(request, timeout_s)
            # One that says no length has taken the socket over, and has to let go of it.
            with closing(self._head(ends_at)) as response:
                body = response.read(LARGEST_ANSWER_BYTES + 1)
                is_short = bool(response.length)
        except TimeoutError as exc:
            raise NoAnswer(f"no answer within {timeout_s:g} s") from exc
        except (OSError, HTTPException) as exc:
            raise NoAnswer(_named(exc)) from exc
        if len(body) > LARGEST_ANSWER_BYTES:
            raise NoAnswer(f"the answer is larger than {LARGEST_ANSWER_BYTES} bytes")
        if is_short:  # http.client does not complain when it was told how much to read
            raise NoAnswer("the answer ended early")
        self._used_at = time.monotonic()
        return answered(response.status, response.getheaders(), body)

    def _say(self, request: WireRequest, timeout_s: float) -> None:
        """Send all of `request`, after connecting if need be."""
        parts = urlsplit(request.url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        if self._http.sock is not None:
            self._http.sock.settimeout(timeout_s)
        try:
            self._http.request(request.method, target, request.body, dict(request.headers))
        except ConnectionError as exc:
            raise _Lost(_named(exc), unsent=True) from exc

    def _head(self, ends_at: float) -> HTTPResponse:
        """The head of the answer; its body, too, has to arrive before `ends_at`."""
        self._http.sock.settimeout(max(ends_at - time.monotonic(), 0.001))
        try:
            return self._http.getresponse()
        except ConnectionError as exc:  # RemoteDisconnected, an end before any byte, is one too
            raise _Lost(_named(exc), unsent=False) from exc


class _TimedResponse(HTTPResponse):
    """Reads until a deadline; a socket's own timeout starts anew with every byte."""

    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        untimed = self.fp
        self.fp = io.BufferedReader(_Timed(sock))
        untimed.close()


class _Timed(io.RawIOBase):
    """The bytes of a socket for as long, in all, as its timeout says when this is made."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._ends_at = time.monotonic() + (sock.gettimeout() or 0.0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining_s = self._ends_at - time.monotonic()
        if remaining_s <= 0:
            raise TimeoutError
        self._sock.settimeout(remaining_s)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _has_ended(sock: socket.socket) -> bool:
    """Whether there is anything to read on a connection where nothing was asked."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _key(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("only http and https are spoken here")
    return parts.scheme, parts.netloc


def _named(exc: Exception) -> str:
    """What went wrong; of http.client only the name, for its texts quote what was sent."""
    if isinstance(exc, OSError) and exc.strerror:
        return f"{type(exc).__name__}: {exc.strerror}"
    return type(exc).__name__
