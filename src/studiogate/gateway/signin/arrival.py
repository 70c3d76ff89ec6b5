"""The end of every sign-in, whatever protocol it came by: a session, and the way on.

Nobody is refused here for what they may open: whoever an idp vouches for gets a session, and
the portal tells them what is theirs.  Groups are narrowed to those of the person's own line of
business, so that a cookie holds a handful and never a directory.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from studiogate.errors import NotSignedIn
from studiogate.gateway.ports import Identity, Ports
from studiogate.gateway.prefix import outward
from studiogate.gateway.signin.session import Sessions


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
