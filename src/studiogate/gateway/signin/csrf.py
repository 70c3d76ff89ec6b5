"""Requests that change something must come from our own pages: where from, and with a token.

The browser says which page sent a request, in `Sec-Fetch-Site` and `Origin`, and no page can
make it lie.  The token is the second lock (ASVS 3.5.1): it is made from the session, so nothing
is stored, and it is of no use with any other session.  Bearer callers need neither, because no
browser adds a bearer token by itself.
"""

from urllib.parse import parse_qs

from starlette.requests import Request

from studiogate.errors import NotAllowed
from studiogate.gateway.origin import own
from studiogate.gateway.signin.session import Session, Sessions

FIELD = "csrf"
"""Name of the form field that carries the token."""

HEADER = "x-csrf-token"
_LARGEST_FORM = 8 * 1024
_MOST_FIELDS = 32


def require_own_page(request: Request) -> None:
    """Return if the browser says that a page of ours sent `request`.

    A page with `Referrer-Policy: no-referrer`, as all of ours are, has its forms sent with
    `Origin: null` (Fetch standard, "append a request Origin header"; seen in Chromium 156).  So
    `null` is accepted where `Sec-Fetch-Site` says `same-origin`, and there only: a sandboxed
    frame also has the origin `null`, and counts as `cross-site`.

    Raises:
        NotAllowed: it says another page did, or says nothing.
    """
    sites = request.headers.getlist("sec-fetch-site")
    senders = request.headers.getlist("origin")
    if sites == ["same-origin"] and senders in ([], ["null"], [own(request)]):
        return
    if not sites and senders == [own(request)]:
        return
    raise NotAllowed(
        "this request did not come from the portal",
        remedy="Use the portal's own pages, or a bearer token in place of the cookie.",
        reason="cross-site",
    )


async def require_own_form(request: Request, session: Session, sessions: Sessions) -> None:
    """Return if the form sent with `request` was made for `session`.  May read the body.

    Raises:
        NotAllowed: it does not carry the token of this session.
    """
    if not sessions.is_csrf_token(await _token(request), session):
        raise NotAllowed(
            "this request does not carry the token of the page it should come from",
            remedy="Load the portal again and use its own button.",
            reason="cross-site",
            recorded="csrf-token",
        )


async def _token(request: Request) -> str:
    """The token in the header or the form; empty when there is none, or several."""
    header = request.headers.get(HEADER)
    if header is not None:
        return header
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_FORM:
            return ""
    try:
        found = parse_qs(body.decode("ascii"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return ""
    values = found.get(FIELD, [])
    return values[0] if len(values) == 1 else ""
