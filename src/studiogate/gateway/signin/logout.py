"""Sessions that end because the provider says so, and the way to sign out of the provider.

*Back channel*: the provider itself posts a signed logout token; every rule of §2.6 is checked,
each token counts once, and whoever it names is signed out at every instance from the next
request on.  *Front channel*: a page of the provider loads an address of ours in a frame, in the
person's browser.  No cookie of ours comes with that, so all there is to go by is the issuer and
the id of the session there, which is known to the provider and the browser; it ends that one
session and nothing else, and whoever guesses wrong ends none.  It is the one GET that changes
something, because the standard has it so.  *Ours*: after our own sign-out a page offers to sign
out of the provider as well; no token is kept, so it carries no `id_token_hint`.

Sources: OpenID Connect Back-Channel Logout 1.0 §2; Front-Channel Logout 1.0 §2; RP-Initiated
Logout 1.0 §2; Cognito developer guide, "Logout endpoint" (`logout_uri`).
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from studiogate.audit.signing_in import Deed
from studiogate.errors import AwsError, NotSignedIn
from studiogate.gateway.origin import own
from studiogate.gateway.pages.render import page
from studiogate.gateway.ports import Kind, Mark, Marks
from studiogate.gateway.prefix import outward
from studiogate.gateway.signin.arrival import ports_of, see
from studiogate.gateway.signin.claims import LONGEST_SUBJECT, SignedOut, is_cognito
from studiogate.gateway.signin.noted import noted
from studiogate.gateway.signin.shape import LONGEST_TOKEN
from studiogate.gateway.signin.tokens import Trusted, of_name
from studiogate.gateway.signin.why import Why, refused

LONGEST_SIGN_IN = timedelta(hours=25)
"""A token lives a day, leeway and all; a session of ours less."""

_LARGEST_FORM = LONGEST_TOKEN + 4096
_MOST_FIELDS = 32
_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"cache-control": "no-store"}
_log = logging.getLogger(__name__)


class Logout:
    """The routes by which sessions end at, or because of, a provider."""

    def __init__(self, idps: Mapping[str, Trusted]) -> None:
        self._idps = idps

    @property
    def routes(self) -> list[Route]:
        """For the application to serve."""
        below = "/signin/{idp}"
        frame = Route(f"{below}/frontchannel-logout", self.seen_in_frame)
        frame.methods = {"GET"}  # and not HEAD: it changes something
        return [
            Route(f"{below}/backchannel-logout", self.told, methods=["POST"]),
            frame,
            Route(f"{below}/signed-out", self.signed_out, methods=["GET"]),
        ]

    async def told(self, request: Request) -> Response:
        """POST /signin/{idp}/backchannel-logout: 200 once what it names has ended, else 400."""
        trusted = of_name(self._idps, request.path_params["idp"])
        name, marks = trusted.provider.idp.name, ports_of(request).marks
        try:
            async with noted(request, "oidc", deed=Deed.PROVIDER_SIGN_OUT, idp=name) as note:
                said = await trusted.verifier.logout_token(await _logout_token(request))
                note.about = await _once(said, trusted, request, marks)
        except NotSignedIn:
            return JSONResponse({"error": "invalid_request"}, 400, _NO_STORE)
        except AwsError as failed:
            # Not 503: a logout that failed is 400 as well (§2.8).
            _log.error("a sign-out at the idp %r could not be followed: %s", name, failed)
            return JSONResponse({"error": "server_error"}, 400, _NO_STORE)
        return Response(status_code=200, headers=_NO_STORE)

    async def seen_in_frame(self, request: Request) -> Response:
        """GET /signin/{idp}/frontchannel-logout: an empty page, once the session has ended."""
        trusted = of_name(self._idps, request.path_params["idp"])
        idp, ports = trusted.provider.idp, ports_of(request)
        try:
            async with noted(
                request, "oidc", deed=Deed.PROVIDER_SIGN_OUT, idp=idp.name
            ) as note:
                session = _session_of(request, idp.issuer)
                note.about = _digest("session", session)
                mark = Mark(Kind.AT_PROVIDER, (idp.name, session))
                await ports.marks.make(mark, until=ports.clock() + LONGEST_SIGN_IN)
        except NotSignedIn:
            return _empty(400, idp.issuer)
        return _empty(200, idp.issuer)

    async def signed_out(self, request: Request) -> Response:
        """GET /signin/{idp}/signed-out: that they are, here; and a link to be so there too."""
        trusted = of_name(self._idps, request.path_params["idp"])
        idp = trusted.provider.idp
        there = await _way_out(trusted)
        if there is None:
            return see(outward(request, "/"))
        back = "logout_uri" if is_cognito(idp.issuer) else "post_logout_redirect_uri"
        asked = {"client_id": idp.client_id, back: own(request) + outward(request, "/")}
        link = there + ("&" if "?" in there else "?") + urlencode(asked)
        return page(request, "signedout.html", {"idp": idp.label or idp.name, "link": link})


async def offered(idps: Mapping[str, Trusted], idp: str | None) -> str:
    """Our own path to go to after a sign-out: the page above where `idp` has a way out."""
    trusted = idps.get(idp) if idp is not None else None
    if trusted is None or await _way_out(trusted) is None:
        return "/"
    return f"/signin/{idp}/signed-out"


async def _way_out(trusted: Trusted) -> str | None:
    """Where people sign out of the provider; `None` also where that cannot be known now."""
    try:
        return (await trusted.keys.published()).end_session_endpoint
    except AwsError:
        return None


async def _logout_token(request: Request) -> str:
    """The one logout token of the form; what else is in it is ignored (§2.5)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_FORM:
            raise refused(Why.LOGOUT_PARAMETERS)
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        pairs = []
    found = [value for name, value in pairs if name == "logout_token"]
    if kind != _FORM or len(found) != 1:
        raise refused(Why.LOGOUT_PARAMETERS)
    return found[0]


async def _once(said: SignedOut, trusted: Trusted, request: Request, marks: Marks) -> str:
    """End what `said` names, unless its token was used; what it was, for the record.

    The token is used up last: one whose sign-out failed half way may come again.
    """
    idp, now = trusted.provider.idp, ports_of(request).clock()
    used = Mark(Kind.LOGOUT_TOKEN, (idp.issuer, said.token_id))
    if await marks.found(used):
        raise refused(Why.LOGOUT_REPEATED)
    ended = list(_ended(said, idp.name))
    for mark in ended:
        await marks.make(mark, until=now + LONGEST_SIGN_IN)
    await marks.claim(used, until=said.until)
    about = "session" if said.at_provider is not None else "subject"
    return _digest(about, ended[0].of[1])


def _ended(said: SignedOut, idp: str) -> Iterator[Mark]:
    """What `said` ends: the session it names, and those of its subject that cannot be told.

    A provider may name its session here and not in its ID tokens (`sid` is optional in both):
    of such a sign-in nobody knows which session it is, so it ends with any of that subject's.
    """
    if said.at_provider is None:
        yield Mark(Kind.SUBJECT, (idp, str(said.subject)))
        return
    yield Mark(Kind.AT_PROVIDER, (idp, said.at_provider))
    if said.subject is not None:
        yield Mark(Kind.UNNAMED, (idp, said.subject))


def _session_of(request: Request, issuer: str) -> str:
    """The provider's session that a front-channel request is about."""
    asked = request.query_params.multi_items()
    issuers = [value for name, value in asked if name == "iss"]
    sessions = [value for name, value in asked if name == "sid"]
    if len(issuers) != 1 or len(sessions) != 1:
        raise refused(Why.LOGOUT_PARAMETERS)
    if issuers[0] != issuer:
        raise refused(Why.LOGOUT_ISSUER)
    session = sessions[0]
    if not 1 <= len(session) <= LONGEST_SUBJECT or not session.isprintable():
        raise refused(Why.LOGOUT_NOBODY)
    return session


def _digest(kind: str, of: str) -> str:
    return f"{kind} {sha256(of.encode()).hexdigest()[:16]}"


def _empty(status: int, issuer: str) -> Response:
    """A page with nothing in it, which pages of the provider may have in a frame."""
    parts = urlsplit(issuer)
    policy = f"default-src 'none'; frame-ancestors {parts.scheme}://{parts.netloc}"
    headers = {**_NO_STORE, "content-security-policy": policy}
    title = "<!doctype html><html lang=en><title>Sign-out</title>"
    return HTMLResponse(title, status, headers)
