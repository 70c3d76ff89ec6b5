"""The way from the private API to the gateway: HTTP over a Unix socket, passed on in pieces."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import aiohttp
from starlette.types import Scope, Send
from yarl import URL

from studiogate.local.call import Arrival

TIMEOUT_S = 29
"""Seconds the whole integration may take (API Gateway quotas)."""

_CHUNK = 65_536
_LONGEST_FIELD = 16_384

_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization"}
    | {"proxy-connection", "expect", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""For one connection only (RFC 9110, 7.6.1); what is expected is answered here."""

_TOLD = ("x-forwarded", "x-amzn-", "x-apigateway-")
_TOLD_WHOLE = frozenset({"forwarded", "x-real-ip", "true-client-ip", "x-client-ip", "via"})

Raw = Iterable[tuple[bytes, bytes]]


def passed_on(headers: Raw) -> list[tuple[str, str]]:
    """The headers that go through the API: not those of one connection, nor those only it sets.

    An underscore counts as a hyphen: some servers read both as the same name.
    """
    plain = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    listed = ",".join(value for name, value in plain if name.lower() == "connection")
    dropped = _HOP | {name.strip().lower() for name in listed.split(",")}

    def goes(name: str) -> bool:
        folded = name.lower().replace("_", "-")
        told = folded in _TOLD_WHOLE or folded.startswith(_TOLD)
        return not told and folded not in dropped and folded != "content-length"

    return [(name, value) for name, value in plain if goes(name)]


def told(arrival: Arrival, scheme: str, prefix: str) -> list[tuple[str, str]]:
    """What the API says of the client: facts of the door, whatever the client said.

    A function is told the stage in `requestContext`; a server is in this header.
    """
    known = [
        ("X-Forwarded-For", arrival.client_ip),
        ("X-Forwarded-Proto", scheme),
        ("X-Forwarded-Prefix", prefix),
        ("x-amzn-vpc-id", arrival.context.get("aws:SourceVpc", "")),
        ("x-amzn-vpce-id", arrival.context.get("aws:SourceVpce", "")),
    ]
    return [(name, value) for name, value in known if value]


class Upstream:
    """The gateway, as the API calls it."""

    def __init__(self, socket: Path, *, timeout_s: float = TIMEOUT_S) -> None:
        self._socket = socket
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, scope: Scope, *, path: str, headers: list[tuple[str, str]], body: bytes, to: Send
    ) -> None:
        """Ask the gateway, and pass its answer to `to` as it comes.

        Raises:
            TimeoutError: no whole answer in time.
            aiohttp.ClientError: no answer, or one that is no HTTP.
        """
        query = scope["query_string"].decode("latin-1")
        url = URL(f"http://gateway{path}{'?' if query else ''}{query}", encoded=True)
        async with self._open().request(
            scope["method"],
            url,
            headers=headers,
            data=BytesIO(body) if body else None,
            allow_redirects=False,
            skip_auto_headers=("user-agent", "accept", "accept-encoding", "content-type"),
        ) as answer:
            await to(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": _end_to_end(answer.raw_headers),
                }
            )
            async for piece in answer.content.iter_chunked(_CHUNK):
                await to({"type": "http.response.body", "body": piece, "more_body": True})
        await to({"type": "http.response.body", "body": b""})

    async def close(self) -> None:
        """Close the connections to the gateway."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(path=str(self._socket)),
                # One session serves everybody: a jar would mix up people's cookies.
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                auto_decompress=False,
                max_line_size=_LONGEST_FIELD,
                max_field_size=_LONGEST_FIELD,
            )
        return self._session


def _end_to_end(headers: Raw) -> list[tuple[bytes, bytes]]:
    return [
        (name, value) for name, value in headers if name.lower().decode("latin-1") not in _HOP
    ]
