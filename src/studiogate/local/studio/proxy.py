"""One HTTP request to an app and its answer back, streamed both ways, of any size."""

from collections.abc import AsyncIterator, Iterable

import aiohttp
from multidict import CIMultiDict
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from yarl import URL

from studiogate.local.studio import cookies, hosts
from studiogate.local.studio.pages import page
from studiogate.local.studio.upstream import HOST, Upstream

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that speak about one connection only (RFC 9110, section 7.6.1)."""

_NOT_FOR_THE_APP = frozenset(
    {"host", "cookie", "authorization", "origin", "referer", "forwarded", "expect"}
)
"""The browser's own proofs and addresses.  The app knows one visitor: the front."""

_NOT_FOR_THE_BROWSER = frozenset(
    {"set-cookie", "server", "date", "clear-site-data", "service-worker-allowed"}
)
"""An app that knows us by a token sets no cookies: under a bare address another domain's app
would get them.  Nor does one clear what the browser has of Studio, or put a program of its own
before Studio's other pages, where it would outlive the app and see the next address."""


def upstream_url(path: bytes, query: bytes) -> URL:
    """The address at the app, byte for byte as the browser encoded it.

    Without `token`: the app's page writes its own token into addresses, and after a restart
    that one is stale while ours is not.
    """
    kept = [part for part in query.split(b"&") if part and not part.startswith(b"token=")]
    target = path + (b"?" + b"&".join(kept) if kept else b"")
    return URL(HOST + target.decode("latin-1"), encoded=True)


def to_app(headers: Iterable[tuple[bytes, bytes]], upstream: Upstream) -> CIMultiDict[str]:
    """The browser's headers as the app may see them, with our own proof."""
    pairs = [
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers
    ]
    named = {
        word.strip().lower()
        for name, value in pairs
        if name == "connection"
        for word in value.split(",")
    }
    dropped = _HOP_BY_HOP | _NOT_FOR_THE_APP | named
    kept = CIMultiDict(
        (name, value)
        for name, value in pairs
        if name not in dropped and not name.startswith("x-forwarded-")
    )
    own = cookies.for_the_app(value for name, value in pairs if name == "cookie")
    if own and _keeps_cookies(pairs, upstream):
        kept["cookie"] = own
    kept.update(upstream.headers())
    return kept


def _keeps_cookies(headers: Iterable[tuple[str, str]], upstream: Upstream) -> bool:
    """Whether cookies pass: only under a domain's own name.

    A bare address is that of everything on this machine, and so are its cookies.
    """
    host = next((value for name, value in headers if name == "host"), "")
    return upstream.keeps_cookies and not hosts.is_bare(host)


async def forward(request: Request, upstream: Upstream) -> Response:
    """The app's answer to the request; a page when the app went away meanwhile."""
    scope = request.scope
    path = scope.get("raw_path") or scope["path"].encode()
    headers = to_app(scope["headers"], upstream)
    asked = {"content-length", "transfer-encoding"} & set(request.headers)
    try:
        answer = await upstream.client().request(
            request.method,
            upstream_url(path, scope["query_string"]),
            headers=headers,
            data=request.stream() if asked else None,
            skip_auto_headers=("user-agent", "accept", "accept-encoding", "content-type"),
            allow_redirects=False,
        )
    except aiohttp.ClientError:
        return page(502, "The app did not answer", "Load this page again.", again_in_s=1)
    except ClientDisconnect:
        return Response(status_code=499)
    return _returned(answer, keeps_cookies=_keeps_cookies(request.headers.items(), upstream))


def _returned(answer: aiohttp.ClientResponse, *, keeps_cookies: bool) -> Response:
    """The answer as the browser gets it: same status, headers and bytes."""
    out = StreamingResponse(_chunks(answer), answer.status)
    dropped = _HOP_BY_HOP | _NOT_FOR_THE_BROWSER
    out.raw_headers = [
        (name.lower(), value)
        for name, value in answer.raw_headers
        if name.decode("latin-1").lower() not in dropped
    ]
    if keeps_cookies:
        given = cookies.for_the_browser(answer.headers.getall("set-cookie", ()))
        out.raw_headers += [(b"set-cookie", line.encode("latin-1")) for line in given]
    return out


async def _chunks(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.content.iter_any():
            yield chunk
    finally:
        answer.release()
