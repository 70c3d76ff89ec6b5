"""The edge: what every request must be before anything looks at it, what every answer carries.

Pure ASGI, outermost of ours.  A request must come to one of our own origins and spell its path
in the one canonical way, so that no later room, proxy or policy can read it differently.  What
nobody caught further in ends here as a 500 with an incident number.
"""

import re
from collections.abc import Iterable
from itertools import chain
from secrets import token_hex
from urllib.parse import quote, unquote_to_bytes

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studiogate.gateway.origin import own
from studiogate.gateway.ports import Ports
from studiogate.gateway.prefix import inward, placed
from studiogate.gateway.present import Answer, respond, show

# Asked by things that know an address, not a name: a load balancer, a scraper.
ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})

LONGEST_BODY = 64 * 1024
"""Bytes: a form of ours holds less than one kilobyte."""

LONGEST_HEADERS = 48 * 1024
"""Bytes of all headers: the longest honest ones hold a token of 16 KiB and some cookies."""


LONGEST_PATH = 1024
LONGEST_QUERY = 4096

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer; a route may only say something else of its own about caching."""

_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_REQUEST_ID = b"x-request-id"

_HOST = re.compile(r"[a-z0-9.-]+(?::[0-9]{1,5})?\Z")
_LITERAL = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=:@-]+\Z")


class Edge:
    """Checks each request, then hands it on; answers itself what may not go on."""

    def __init__(self, app: ASGIApp, ports: Ports) -> None:
        self._app = app
        self._ports = ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.request_id = token_hex(8)
        request.state.source = self._ports.source_of(request)
        placed(request, request.state.source.prefix)
        sending = _Sending(send, request.state.request_id)
        objection = self._objection(request)
        if objection is not None:
            await respond(request, objection)(scope, receive, sending)
            return
        try:
            await self._app(scope, receive, sending)
        except Exception as defect:
            response = await show(request, defect)
            if sending.started:
                raise
            await response(scope, receive, sending)

    def _objection(self, request: Request) -> Answer | None:
        """Why `request` may not go on; `None` if it may, with its true scheme in the scope."""
        if not canonical(request.scope["raw_path"]):
            return _bad("the path is not spelt in its canonical form")
        if len(request.scope["raw_path"]) > LONGEST_PATH:
            return _long("the path")
        if len(request.scope["query_string"]) > LONGEST_QUERY:
            return _long("the query")
        if sum(map(len, chain(*request.scope["headers"]))) > LONGEST_HEADERS:
            return Answer(
                431, "headers-too-large", "The headers are too large.", "Send fewer cookies."
            )
        if not _brings_own_limit(request) and _body_bytes(request) > LONGEST_BODY:
            return Answer(
                413, "too-large", "The body of the request is too large.", "Send less."
            )
        return None if inward(request) in ANY_HOST else self._misdirected(request)

    def _misdirected(self, request: Request) -> Answer | None:
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or not _HOST.match(hosts[0].lower()):
            return _bad("there must be exactly one Host header")
        if request.state.source.scheme is not None:
            request.scope["scheme"] = request.state.source.scheme
        if own(request) not in self._ports.origins:
            return Answer(
                421,
                "misdirected",
                "This gateway is not reached by that name.",
                "Use the address the platform team gave you; they set STUDIOGATE_ORIGINS.",
            )
        return None


def canonical(raw_path: bytes) -> bool:
    """Whether a path can be read in one way only.

    Each segment is either spelt out, in characters a path may hold (RFC 3986, `pchar`), or
    is exactly what percent-encoding everything but unreserved characters gives, in upper-case
    digits.  So `a+b@c` and `a%2Bb%40c` are one person, and `%75ser`, `%2e%2e`, `//` and `%0d`
    are nobody.  Encoded slashes and control characters are refused in either form.
    """
    if raw_path == b"/":
        return True
    first, *segments = raw_path.split(b"/")
    return first == b"" and bool(segments) and all(map(_is_canonical, segments))


def _is_canonical(segment: bytes) -> bool:
    if b"%" not in segment:
        return segment not in {b".", b".."} and _LITERAL.match(segment) is not None
    decoded = unquote_to_bytes(segment)
    if decoded in {b"", b".", b".."} or not decoded.isascii():
        return False
    if b"/" in decoded or not decoded.decode("ascii").isprintable():
        return False
    return segment == quote(decoded, safe="").encode("ascii")


class _Sending:
    """`send`, with our headers on every answer."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            message["headers"] = self._with_ours(message.get("headers", ()))
        await self._send(message)

    def _with_ours(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """`headers`, with those of ours that the answer does not set itself."""
        theirs = [header for header in headers if header[0] != _REQUEST_ID]
        said = {name for name, _ in theirs}
        ours = [header for header in _RAW_HEADERS if header[0] not in said]
        return [*theirs, *ours, (_REQUEST_ID, self._request_id.encode())]


def _brings_own_limit(request: Request) -> bool:
    """Whether the route limits its body itself, and answers in the words of its protocol."""
    path = inward(request)
    return path == "/saml" or path.startswith("/scim/v2/")


def _body_bytes(request: Request) -> int:
    """How long the body says it is; one that does not say is counted as it is read."""
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdecimal() else 0


def _bad(what: str) -> Answer:
    return Answer(400, "bad-request", f"{what[0].upper()}{what[1:]}.", "Start from the portal.")


def _long(what: str) -> Answer:
    return Answer(414, "too-long", f"{what[0].upper()}{what[1:]} is too long.", "Shorten it.")
