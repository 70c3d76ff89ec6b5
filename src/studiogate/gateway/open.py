"""The openings: three ways to ask, one way to answer.

Read `_opened` top to bottom; each line is a room.  Whatever is raised on the way is an error
from `studiogate.errors`: `watched` writes it down and `gateway.present` shows it.

Async, because it only waits; nothing in this room may block.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studiogate import names
from studiogate.errors import AwsError, Denied, NotAllowed, NotSignedIn, NotThere
from studiogate.gateway.authorise import Wish, admit, authorise
from studiogate.gateway.origin import same_origin
from studiogate.gateway.ports import Grant, Identity, Ports, Source
from studiogate.gateway.watch import Line, watched

_ASKABLE = ("app", "space")


@dataclass(frozen=True, slots=True)
class Opened:
    """A URL that opens one domain once: a secret, so it is in no `repr`."""

    grant: Grant
    url: str

    def __repr__(self) -> str:
        return f"Opened({self.grant!r})"


async def open_domain(request: Request) -> Response:
    """GET /open/{domain}: send a signed-in person to their own Studio, or say why not."""
    domain: str = request.path_params["domain"]
    async with watched(request, domain=domain) as line:
        line.identity = await _ports(request).sign_in.who(request)
        opened = await _opened(request, line, line.identity, domain)
    return _redirect(opened)


async def open_own(request: Request) -> Response:
    """GET /{person}: the published private API; a bearer token opens its own person's domain.

    Anybody else's name gets one and the same refusal, whether they exist or not (S2-38).
    """
    person: str = request.path_params["person"]
    async with watched(request) as line:
        if not names.is_person(person):
            raise NotThere(
                "there is nothing at this address",
                remedy="Use /open/NAME with the name of one of your domains.",
                reason="no-such-page",
                recorded="name-alphabet",
            )
        line.identity = await bearer(request)
        if line.identity.person != person:
            raise NotAllowed(
                "you can only open your own Studio",
                remedy="Use your own sign-in name as the path.",
                reason="not-you",
            )
        opened = await _opened(request, line, line.identity, None)
    return _redirect(opened)


async def open_for_client(request: Request) -> Response:
    """POST /api/open/{domain}: the URL as JSON, for programs.

    A session cookie alone is not enough: the request must come from our own pages.
    """
    domain: str = request.path_params["domain"]
    async with watched(request, domain=domain) as line:
        line.identity = await _ports(request).sign_in.who(request)
        if line.identity.way == "session":
            same_origin(request)
        opened = await _opened(request, line, line.identity, domain)
    return JSONResponse(
        {"url": opened.url, "expires_in_s": opened.grant.url_expires_s},
        headers={"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"},
    )


async def _opened(
    request: Request, line: Line, identity: Identity, domain: str | None
) -> Opened:
    """The URL for `identity` to open `domain`, or the only domain they have."""
    ports = _ports(request)
    source: Source = request.state.source
    person = await ports.directory.standing(identity)
    lob = await ports.directory.lob(person.lob) if person and person.lob else None
    if person is not None and lob is not None:
        line.lob, line.account = lob.lob, lob.account
    grant = line.grant = authorise(
        person,
        lob,
        identity,
        domain=domain,
        source_ip=source.ip,
        now=ports.clock(),
        wish=_wish(request),
        contact=ports.contact,
    )
    line.domain = grant.domain
    await ports.owners.hold(identity, grant.lob, grant.profile)
    try:
        return Opened(grant, await ports.studio.url(grant))
    except Denied:
        await _unless_revoked(ports, identity)
        raise


async def _unless_revoked(ports: Ports, identity: Identity) -> None:
    """Return if the directory, asked anew, would still admit the person whom AWS refused.

    They may have been revoked between our question and AWS's answer.

    Raises:
        NotAllowed: it would not, and why.
    """
    try:
        row = await ports.directory.standing(identity)
        lob = await ports.directory.lob(row.lob) if row and row.lob else None
    except AwsError:
        return  # what AWS said first is the better answer
    admit(row, lob, identity, now=ports.clock(), contact=ports.contact)


def _ports(request: Request) -> Ports:
    ports: Ports = request.app.state.ports
    return ports


async def bearer(request: Request) -> Identity:
    """Who the bearer token speaks for; a session cookie does not count here.

    Raises:
        NotSignedIn: there is no token, or it is not good.
    """
    nobody = NotSignedIn(
        "this address needs a bearer token",
        remedy="Send the header `Authorization: Bearer TOKEN`, or open the portal to sign in.",
        reason="not-signed-in",
        recorded="no-bearer",
    )
    if "authorization" not in request.headers:
        raise nobody
    identity = await _ports(request).sign_in.who(request)
    if identity.way != "bearer":
        raise nobody
    return identity


def _wish(request: Request) -> Wish:
    """What the query asks for; parameters we do not know are somebody else's business.

    Raises:
        NotThere: a parameter is given twice, so that we cannot know which is meant.
    """
    if not request.scope["query_string"]:
        return Wish()
    twice = [name for name in _ASKABLE if len(request.query_params.getlist(name)) > 1]
    if twice:
        raise NotThere(
            f"`{twice[0]}` is given more than once",
            remedy=f"Give `{twice[0]}` once.",
            reason=f"unknown-{twice[0]}",
        )
    return Wish(*(request.query_params.get(name) for name in _ASKABLE))


def _redirect(opened: Opened) -> Response:
    """302 to Studio.  The URL is set as it is: quoting it again could change its signature."""
    return Response(
        status_code=302,
        headers={
            "Location": opened.url,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )
