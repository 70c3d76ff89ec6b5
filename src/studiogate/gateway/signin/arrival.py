"""Both ends of every sign-in, whatever its protocol: who chose it; a session, and the way on.

A sign-in begins by a choice on our own page, or by an address somebody typed or kept.  Whoever
another site leads here is shown the portal first: where the provider still knows them, all the
rest would happen without their doing anything (ASVS 7.6.2).

Nobody is refused here for what they may open: whoever an idp vouches for gets a session, and
the portal tells them what is theirs.  Groups are narrowed to those of the person's own line of
business, so that a cookie holds a handful and never a directory.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from studiogate.errors import NotSignedIn
from studiogate.gateway.ports import Identity, Ports
from studiogate.gateway.prefix import outward
from studiogate.gateway.signin.session import Sessions

_CHOSEN = frozenset({"same-origin", "none"})
"""What a browser says of a request that a page of ours, or no page, made (Fetch Metadata)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Begins sessions for people a provider has just vouched for."""

    sessions: Sessions

    async def welcomed(
        self, request: Request, identity: Identity, *, next_path: str, clearing: str = ""
    ) -> Response:
        """303 to `next_path`, one of our own, with a new session for `identity`.

        A session that the browser still shows ends with it (ASVS 7.2.4); a browser that comes
        from another site's form shows none.  `clearing` is a further `Set-Cookie`.

        Raises:
            NotSignedIn: the names are too long for a cookie.
            AwsError: the directory did not answer.
        """
        known = await narrowed(request, identity)
        with suppress(NotSignedIn):
            await self.sessions.end(self.sessions.read(request), ports_of(request).marks)
        return see(outward(request, next_path), self.sessions.begun(known), clearing)


def unchosen(request: Request, *, next_path: str) -> Response | None:
    """The way to the portal, and from there to `next_path`, for whom another site led here.

    `None`: they chose to sign in themselves, or have a browser that does not say.
    """
    if set(request.headers.getlist("sec-fetch-site")) <= _CHOSEN:
        return None
    query = f"?{urlencode({'next': next_path})}" if next_path != "/" else ""
    return see(outward(request, "/") + query)


async def narrowed(request: Request, identity: Identity) -> Identity:
    """`identity` with those of its groups that the person's line of business names.

    Raises:
        AwsError: the directory did not answer.
    """
    if identity.groups is None:
        return identity
    directory = request.app.state.ports.directory
    row = await directory.person(identity.person)
    lob = await directory.lob(row.lob) if row and row.lob else None
    ours = frozenset(lob.groups) if lob is not None else frozenset()
    return replace(identity, groups=identity.groups & ours)


def see(where: str, *cookies: str) -> Response:
    """303 to `where`, which no cache keeps and no page is told about."""
    answer = RedirectResponse(where, status_code=303)
    answer.headers["cache-control"] = "no-store"
    answer.headers["referrer-policy"] = "no-referrer"
    for each in filter(None, cookies):
        answer.headers.append("set-cookie", each)
    return answer


def ports_of(request: Request) -> Ports:
    """What the application of `request` was given."""
    ports: Ports = request.app.state.ports
    return ports
