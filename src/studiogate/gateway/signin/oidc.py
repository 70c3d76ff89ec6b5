"""Sign-in with an OpenID Connect provider: authorization code and PKCE, nothing else.

`GET /signin/{idp}` sends the browser away, `GET /signin/{idp}/callback` takes it back, checks
that it is the same browser, the same provider and a fresh token, and begins a session.  No
token reaches the browser, and none is kept.  `POST /signout` ends the session here; how a
session ends at the provider, or because the provider ended its own, is in `logout`.

Sources: OpenID Connect Core §3.1; RFC 6749 §4.1; RFC 7636; RFC 9207; RFC 9700.
"""

import json
import logging
from collections.abc import Collection, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studiogate.audit.signing_in import Deed
from studiogate.errors import NotAllowed, NotSignedIn
from studiogate.gateway.origin import own
from studiogate.gateway.ports import Identity
from studiogate.gateway.prefix import outward
from studiogate.gateway.providers import IdpSettings
from studiogate.gateway.signin import cookie, csrf, logout, pending, session
from studiogate.gateway.signin.arrival import Arrival, ports_of, see, unchosen
from studiogate.gateway.signin.discovery import Published
from studiogate.gateway.signin.noted import Note, noted
from studiogate.gateway.signin.pending import Pending, PendingSignIns, own_path
from studiogate.gateway.signin.session import Sessions
from studiogate.gateway.signin.times import OLDEST_PROOF
from studiogate.gateway.signin.tokens import Trusted, of_name
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
        self._arrival = Arrival(sessions)

    @property
    def routes(self) -> list[Route]:
        """For the application to serve."""
        return [
            Route("/signin/{idp}", self.send_away, methods=["GET"], name="signin"),
            Route("/signin/{idp}/callback", self.take_back, methods=["GET"], name="callback"),
            Route("/signout", self.sign_out, methods=["POST"], name="signout"),
        ]

    async def send_away(self, request: Request) -> Response:
        """Send the browser to the provider's sign-in page, if the person chose to go there."""
        trusted = of_name(self._idps, request.path_params["idp"])
        idp, next_path = trusted.provider.idp, own_path(request.query_params.get("next", "/"))
        if (to_portal := unchosen(request, next_path=next_path)) is not None:
            return to_portal
        published = await trusted.keys.published()
        begun, kept = self._pending.begun(
            idp.name,
            redirect_uri=self._own(request, f"/signin/{idp.name}/callback"),
            next_path=next_path,
        )
        asked = {
            "response_type": "code",
            "client_id": idp.client_id,
            "redirect_uri": begun.redirect_uri,
            "scope": " ".join(_scopes(idp, published)),
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
            # Whoever signed in there longer ago is asked again (Core §3.1.2.1).
            "max_age": int(OLDEST_PROOF.total_seconds()),
            **_claims(idp, published),
        }
        there = published.authorization_endpoint
        link = "&" if "?" in there else "?"
        return see(there + link + urlencode(asked), kept)

    async def take_back(self, request: Request) -> Response:
        """Take the browser back from the provider, and begin its session."""
        trusted = of_name(self._idps, request.path_params["idp"])
        name = trusted.provider.idp.name
        async with noted(request, "oidc", idp=name) as note:
            begun, identity = await self._finished(request, trusted)
            note.person = identity.person
            answer = await self._arrival.welcomed(
                request,
                identity,
                next_path=begun.next,
                clearing=cookie.clearing(pending.COOKIE),
            )
        _log.info("%s signed in at the idp %r", identity.person, name)
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session, if the request comes from our own page; then offer the provider's.

        Somebody without a session is signed out already, and is told nothing else.
        """
        there = "/"
        try:
            async with noted(request, "portal", deed=Deed.SIGN_OUT) as note:
                await self._ended(request, note)
            there = await logout.offered(self._idps, note.idp)
        except NotSignedIn:
            pass
        return see(outward(request, there), cookie.clearing(session.COOKIE))

    async def _ended(self, request: Request, note: Note) -> None:
        csrf.require_own_page(request)
        found = self._sessions.read(request)
        note.idp, note.person = found.idp, found.person
        await csrf.require_own_form(request, found, self._sessions)
        await self._sessions.end(found, ports_of(request).marks)

    async def _finished(self, request: Request, trusted: Trusted) -> tuple[Pending, Identity]:
        """Who has signed in, and what they were about to do."""
        said = _said(request)
        idp = trusted.provider.idp
        marks = ports_of(request).marks
        begun = await self._pending.taken(request, idp.name, said.get("state", ""), marks)
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


def _claims(idp: IdpSettings, published: Published) -> dict[str, str]:
    """That what is read should be in the ID token, said where it can be.

    Without it a provider by the letter of the standard gives what a scope opens at its userinfo
    endpoint only (Core §5.4), which is another question to another address.
    """
    if not published.takes_claims:
        return {}
    wanted = {idp.username_claim: {"essential": True}, idp.groups_claim: None}
    return {"claims": json.dumps({"id_token": wanted}, separators=(",", ":"))}


def _scopes(idp: IdpSettings, published: Published) -> list[str]:
    """What is asked for: no more than the two claims that are read.

    No standard says what opens a claim of groups; where the provider lists a scope of the
    claim's own name, it is that.
    """
    wanted = ["openid"]
    if idp.username_claim in _SCOPES:
        wanted.append(_SCOPES[idp.username_claim])
    if idp.groups_claim in published.scopes and idp.groups_claim not in wanted:
        wanted.append(idp.groups_claim)
    return wanted
