"""The transport of a server: aiohttp, many requests at once over kept connections.

The only module that imports aiohttp.  No redirects, cookies, proxies or decompression: an
answer is what the endpoint itself said.
"""

import asyncio
import socket
from contextvars import ContextVar
from typing import Final

import aiohttp
from aiohttp import hdrs
from yarl import URL

from studiogate.aws.wire.call import NoAnswer, WireAnswer, WireRequest, answered
from studiogate.aws.wire.limits import IDLE_S, LARGEST_ANSWER_BYTES

_NOT_ADDED: Final = (hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE, hdrs.USER_AGENT)
"""Headers aiohttp would add of itself."""


class AiohttpTransport:
    """Keeps connections to every host; belongs to the event loop it is first used in."""

    def __init__(self, *, timeout_s: float = 5.0, limit: int = 100) -> None:
        """Wait at most `timeout_s` seconds for an answer, over at most `limit` connections."""
        self._timeout_s = timeout_s
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: WireRequest) -> WireAnswer:
        """The answer, whatever its status.

        A kept connection that turns out to be dead is replaced once, if the request may be
        repeated.

        Raises:
            NoAnswer: nothing came back in time, or more than 1 MiB did.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._answer(request)
        except TimeoutError as exc:
            raise NoAnswer(f"no answer within {self._timeout_s:g} s") from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise NoAnswer(_named(exc)) from exc

    async def close(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _answer(self, request: WireRequest) -> WireAnswer:
        attempt = _Attempt()
        _ATTEMPT.set(attempt)
        try:
            return await self._exchanged(request, attempt)
        except aiohttp.ClientConnectionError:
            # aiohttp repeats what is idempotent by its method; the rest is for us to judge
            if attempt.on_new_connection or attempt.has_answer or not request.repeatable:
                raise
        return await self._exchanged(request, attempt)

    async def _exchanged(self, request: WireRequest, attempt: "_Attempt") -> WireAnswer:
        session = self._session = self._session or _session(self._limit)
        async with session.request(
            request.method,
            URL(request.url, encoded=True),
            data=request.body or None,
            headers=request.headers,
            allow_redirects=False,
        ) as response:
            attempt.has_answer = True
            body = await _body(response)
            return answered(response.status, response.headers.items(), body)


class _Attempt:
    """What is known of the sending of one request."""

    def __init__(self) -> None:
        self.on_new_connection = False
        self.has_answer = False


_ATTEMPT: ContextVar[_Attempt] = ContextVar("attempt")
"""The sending that the current task, or one it started to connect, works for."""


def _new_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """A socket to `address`, noted; aiohttp's own way to tell, tracing, costs more."""
    _ATTEMPT.get().on_new_connection = True
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)


def _session(limit: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=limit, keepalive_timeout=IDLE_S, socket_factory=_new_socket
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        skip_auto_headers=_NOT_ADDED,
        auto_decompress=False,
        trust_env=False,
    )


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The whole body; leaving early lets go of the connection, so a flood ends there."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER_BYTES:
            raise NoAnswer(f"the answer is larger than {LARGEST_ANSWER_BYTES} bytes")
    return bytes(body)


def _named(exc: Exception) -> str:
    """What went wrong; of aiohttp only the name, for its texts may quote what was sent."""
    if isinstance(exc, OSError) and exc.strerror:
        return f"{type(exc).__name__}: {exc.strerror}"
    return type(exc).__name__
