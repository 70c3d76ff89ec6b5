"""The room's door: everything about signing in, built from settings.

`build` fetches nothing and starts nothing.  What it gives is what the application needs: who
asks (`sign_in`), where to sign in and out (`routes`), the session cookie kept alive (`wrap`)
and the token the portal's forms carry (`csrf_token`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from studiogate.aws.wire.call import Transport
from studiogate.aws.wire.tables import Tables
from studiogate.errors import NotSignedIn
from studiogate.gateway.ports import Clock, Identity, Marks
from studiogate.gateway.program.allowance import is_program_token, program_identity
from studiogate.gateway.program.routes import Programs
from studiogate.gateway.settings import Settings
from studiogate.gateway.signin import bearer
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.copies import Shelf
from studiogate.gateway.signin.logout import Logout
from studiogate.gateway.signin.oidc import CodeFlow
from studiogate.gateway.signin.pending import PendingSignIns
from studiogate.gateway.signin.session import Renewing, Sessions
from studiogate.gateway.signin.tokens import Trusted, vouched

if TYPE_CHECKING:
    from studiogate.gateway.saml.entry import SamlWay


@dataclass(frozen=True, slots=True)
class Stores:
    """What all instances of the gateway share."""

    marks: Marks
    tables: Tables


@dataclass(frozen=True, slots=True)
class TokenOrSession:
    """Knows people by bearer token, else by session cookie; the port `SignIn`."""

    idps: Mapping[str, Trusted]
    sessions: Sessions
    sealer: Sealer
    clock: Clock

    async def who(self, request: Request) -> Identity:
        """Who sent `request`.  A bearer token that is there decides, good or bad.

        Raises:
            NotSignedIn: nobody we can vouch for; `recorded` says why.
            AwsError: there is a token, and its provider's keys cannot be had.
        """
        token = bearer.token_of(request)
        if token is None:
            session = self.sessions.read(request)
            self.sessions.renew(request, session)
            return session.identity()
        if is_program_token(token):
            known = self.sessions.idps
            return program_identity(self.sealer, self.clock, token, idps=known)
        return await vouched(self.idps, token)


@dataclass(frozen=True, slots=True)
class SignInRoom:
    """What the application is given."""

    sign_in: TokenOrSession
    routes: list[Route]
    sealer: Sealer
    """What the gateway seals with its cookie keys."""

    saml: "SamlWay | None" = None

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
        if self.saml is not None:
            await self.saml.close()


def build(settings: Settings, transport: Transport, clock: Clock, stores: Stores) -> SignInRoom:
    """The room for `settings`; asks nobody anything until somebody signs in."""
    sealer = Sealer(settings.cookie_keys)
    shelf = Shelf(stores.marks, sealer, clock)
    idps = {
        name: Trusted.of(
            idp, transport, clock, secret=settings.client_secrets.get(name), shelf=shelf
        )
        for name, idp in settings.idps.items()
    }
    sessions = Sessions(sealer, clock, {*settings.idps, *settings.saml})
    flow = CodeFlow(
        idps,
        origins=settings.origins,
        pending=PendingSignIns(sealer, clock),
        sessions=sessions,
    )
    saml = _saml(settings, transport, stores.tables, shelf, sessions)
    routes = [
        *(saml.routes if saml else []),
        *flow.routes,
        *Logout(idps).routes,
        *Programs(sealer, sessions, clock).routes,
        *_scim(settings, clock, stores.tables),
    ]
    sign_in = TokenOrSession(idps, sessions, sealer, clock)
    return SignInRoom(sign_in, routes, sealer, saml)


def _saml(
    settings: Settings, transport: Transport, tables: Tables, shelf: Shelf, sessions: Sessions
) -> "SamlWay | None":
    if not settings.saml:
        return None
    # What verifies assertions is imported where there can be one, and nowhere else.
    from studiogate.gateway.saml.entry import saml_way  # noqa: PLC0415

    return saml_way(settings, transport, tables, shelf, sessions)


def _scim(settings: Settings, clock: Clock, tables: Tables) -> list[Route]:
    if not settings.scim_tokens:
        return []
    from studiogate.gateway.scim.routes import Scim  # noqa: PLC0415 - only whom people are sent

    return Scim(
        settings.scim_tokens,
        tables,
        clock,
        provisioned_table=settings.provisioned_table,
        people_table=settings.people_table,
        lobs_table=settings.lobs_table,
    ).routes
