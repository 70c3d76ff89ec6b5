"""The room's door: everything about signing in, built from settings.

`build` fetches nothing and starts nothing.  What it gives is what the application needs: who
asks (`sign_in`), where to sign in and out (`routes`), the session cookie kept alive (`wrap`)
and the token the portal's forms carry (`csrf_token`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from studiogate.aws.wire.call import Transport
from studiogate.errors import NotSignedIn
from studiogate.gateway.ports import Clock, Identity
from studiogate.gateway.settings import Settings
from studiogate.gateway.signin import bearer
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.oidc import CodeFlow
from studiogate.gateway.signin.pending import PendingSignIns
from studiogate.gateway.signin.session import Renewing, Sessions
from studiogate.gateway.signin.tokens import Trusted, vouched


@dataclass(frozen=True, slots=True)
class TokenOrSession:
    """Knows people by bearer token, else by session cookie; the port `SignIn`."""

    idps: Mapping[str, Trusted]
    sessions: Sessions

    async def who(self, request: Request) -> Identity:
        """Who sent `request`.  A bearer token that is there decides, good or bad.

        Raises:
            NotSignedIn: nobody we can vouch for; `recorded` says why.
            AwsError: there is a token, and its provider's keys cannot be had.
        """
        token = bearer.token_of(request)
        if token is not None:
            return await vouched(self.idps, token)
        session = self.sessions.read(request)
        self.sessions.renew(request, session)
        return session.identity()


@dataclass(frozen=True, slots=True)
class SignInRoom:
    """What the application is given."""

    sign_in: TokenOrSession
    routes: list[Route]
    sealer: Sealer
    """What the gateway seals with its cookie keys."""

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """`app`, with session cookies renewed as they are used."""
        return Renewing(app)

    def csrf_token(self, request: Request) -> str | None:
        """What a form must carry to act for who sent `request`; `None` without a session."""
        sessions = self.sign_in.sessions
        try:
            return sessions.csrf_token(sessions.read(request))
        except NotSignedIn:
            return None

    async def close(self) -> None:
        """Stop what is being fetched; the transport is its owner's to close."""
        for idp in self.sign_in.idps.values():
            await idp.keys.close()


def build(settings: Settings, transport: Transport, clock: Clock) -> SignInRoom:
    """The room for `settings`; asks nobody anything until somebody signs in."""
    idps = {name: Trusted.of(idp, transport, clock) for name, idp in settings.idps.items()}
    sealer = Sealer(settings.cookie_keys)
    sessions = Sessions(sealer, clock, idps)
    flow = CodeFlow(
        idps,
        origins=settings.origins,
        pending=PendingSignIns(sealer, clock),
        sessions=sessions,
    )
    return SignInRoom(TokenOrSession(idps, sessions), flow.routes, sealer)
