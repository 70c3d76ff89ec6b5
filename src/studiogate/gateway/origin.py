"""Whether a request comes from our own pages: the check a cookie alone cannot give."""

from starlette.requests import Request

from studiogate.errors import NotAllowed


def own(request: Request) -> str:
    """The origin `request` came to: scheme and host; the edge has checked that it is ours."""
    return f"{request.scope['scheme']}://{request.headers.get('host', '').lower()}"


def same_origin(request: Request) -> None:
    """Return when a page of ours sent `request`.

    A browser sends `Origin` with every POST (Fetch standard) and cannot be talked out of
    `Sec-Fetch-Site` (W3C Fetch Metadata).  A program has neither, and uses a bearer token.

    Raises:
        NotAllowed: another site sent it, or nothing says who did.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site != "same-origin" or request.headers.get("origin") != own(request):
        raise NotAllowed(
            "this request did not come from the portal",
            remedy="Use the portal's own pages, or a bearer token in place of the cookie.",
            reason="cross-site",
        )
