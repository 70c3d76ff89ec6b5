"""Sign-in with an OpenID Connect provider: authorization code and PKCE, nothing else.

`GET /signin/{idp}` sends the browser away, `GET /signin/{idp}/callback` takes it back, checks
that it is the same browser, the same provider and a fresh token, and begins a session.  No
token reaches the browser, and none is kept.  `POST /signout` ends the session here; the
provider's own session is the provider's.

Sources: OpenID Connect Core §3.1; RFC 6749 §4.1; RFC 7636; RFC 9207; RFC 9700.
"""

import logging
from collections.abc import Collection, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from studiogate.errors import NotAllowed, NotSignedIn, NotThere
from studiogate.gateway.origin import own
from studiogate.gateway.ports import Identity
from studiogate.gateway.prefix import outward
from studiogate.gateway.signin import cookie, csrf, pending, session
from studiogate.gateway.signin.pending import Pending, PendingSignIns, own_path
from studiogate.gateway.signin.session import Sessions
from studiogate.gateway.signin.tokens import Trusted
from studiogate.gateway.signin.why import Why, unfinished

_log = logging.getLogger(__name__)
_LONGEST_CODE = 4096
_SCOPES = {"preferred_username": "profile", "nickname": "profile", "email": "email"}
"""What must be asked for beside `openid` so that the ID token has the claim (Core §5.4)."""

_OF_PROVIDERS = frozenset({"code", "state", "iss", "error"})


class CodeFlow:
    """The three routes of signing in and out."""

    def __init__(
        self,
        idps: Mapping[str, Trusted],
        *,
        origins: Collection[str],
        pending: PendingSignIns,
        sessions: Sessions,
    ) -> None:
        self._idps = idps
        self._origins = origins
        self._pending = pending
        self._sessions = sessions

    @property
    def routes(self) -> list[Route]:
        """For the application to serve."""
        return [
            Route("/signin/{idp}", self.send_away, methods=["GET"], name="signin"),
            Route("/signin/{idp}/callback", self.take_back, methods=["GET"], name="callback"),
            Route("/signout", self.sign_out, methods=["POST"], name="signout"),
        ]

    async def send_away(self, request: Request) -> Response:
        """Send the browser to the provider's sign-in page."""
        trusted = self._idp(request)
        idp = trusted.provider.idp
        published = await trusted.keys.published()
        begun, kept = self._pending.begun(
            idp.name,
            redirect_uri=self._own(request, f"/signin/{idp.name}/callback"),
            next_path=own_path(request.query_params.get("next", "/")),
        )
        asked = {
            "response_type": "code",
            "client_id": idp.client_id,
            "redirect_uri": begun.redirect_uri,
            "scope": " ".join(["openid", *_scope(idp.username_claim)]),
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
        }
        there = published.authorization_endpoint
        link = "&" if "?" in there else "?"
        return _see(there + link + urlencode(asked), kept)

    async def take_back(self, request: Request) -> Response:
        """Take the browser back from the provider, and begin its session."""
        trusted = self._idp(request)
        name = trusted.provider.idp.name
        try:
            begun, identity = await self._finished(request, trusted)
        except NotSignedIn as refusal:
            _log.warning("a sign-in at the idp %r was refused: %s", name, refusal.recorded)
            raise
        _log.info("%s signed in at the idp %r", identity.person, name)
        there = outward(request, begun.next)
        return _see(there, self._sessions.begun(identity), cookie.clearing(pending.COOKIE))

    async def sign_out(self, request: Request) -> Response:
        """End the session, if the request comes from our own page."""
        csrf.require_own_page(request)
        try:
            found = self._sessions.read(request)
        except NotSignedIn:
            return _see(outward(request, "/"), cookie.clearing(session.COOKIE))
        await csrf.require_own_form(request, found, self._sessions)
        self._sessions.end(found)
        return _see(outward(request, "/"), cookie.clearing(session.COOKIE))

    async def _finished(self, request: Request, trusted: Trusted) -> tuple[Pending, Identity]:
        """Who has signed in, and what they were about to do."""
        said = _said(request)
        idp = trusted.provider.idp
        begun = self._pending.taken(request, idp.name, said.get("state", ""))
        published = await trusted.keys.published()
        if said.get("iss", "" if published.names_itself else idp.issuer) != idp.issuer:
            raise unfinished(Why.SIGNIN_ISSUER)
        if "error" in said:
            raise unfinished(Why.SIGNIN_IDP_REFUSED)
        code = said.get("code", "")
        if not 1 <= len(code) <= _LONGEST_CODE:
            raise unfinished(Why.SIGNIN_PARAMETERS)
        token = await trusted.provider.redeemed(
            published, code=code, verifier=begun.verifier, redirect_uri=begun.redirect_uri
        )
        return begun, await trusted.verifier.id_token(token, nonce=begun.nonce)

    def _own(self, request: Request, path: str) -> str:
        """Our own `path` as the browser reached us; the provider sends it back there."""
        origin = own(request)
        if origin not in self._origins:
            raise NotAllowed(
                "this gateway is not reached by that name",
                remedy="Use the address of the portal.",
                reason="unknown-origin",
            )
        return origin + outward(request, path)

    def _idp(self, request: Request) -> Trusted:
        found = self._idps.get(request.path_params["idp"])
        if found is None:
            raise NotThere(
                "there is no identity provider of that name here",
                remedy="Go to the portal and choose one of those it shows.",
                reason="unknown-idp",
            )
        return found


def _said(request: Request) -> dict[str, str]:
    """The parameters a provider answers with, each at most once (RFC 6749 §3.1)."""
    found = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name in _OF_PROVIDERS
    ]
    said = dict(found)
    if len(said) != len(found):
        raise unfinished(Why.SIGNIN_PARAMETERS)
    return said


def _scope(claim: str) -> list[str]:
    return [_SCOPES[claim]] if claim in _SCOPES else []


def _see(where: str, *cookies: str) -> Response:
    """303 to `where`, which no cache keeps and no page is told about."""
    answer = RedirectResponse(where, status_code=303)
    answer.headers["cache-control"] = "no-store"
    answer.headers["referrer-policy"] = "no-referrer"
    for each in cookies:
        answer.headers.append("set-cookie", each)
    return answer
