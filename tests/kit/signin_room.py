"""The sign-in room behind a small application, and a provider to sign in at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from studiogate.aws.wire.call import Transport
from studiogate.errors import AwsError, NotAllowed, NotSignedIn, NotThere, Refusal
from studiogate.gateway.entrance import SignInRoom, Stores, build
from studiogate.gateway.ports import Source
from studiogate.gateway.providers import IdpSettings
from studiogate.gateway.settings import Settings
from studiogate.gateway.signin.why import Why, refused
from studiogate.gateway.told import Secret
from tests.kit.entrance import tables
from tests.kit.gateway import House
from tests.kit.ledger import MemoryLedger
from tests.kit.marks import MemoryMarks
from tests.kit.signin_idp import FakeIdp, SetClock

PORTAL = "https://studio.acme.example"
KEY = Secret(b"k" * 32)
OLD_KEY = Secret(b"o" * 32)


def idp_settings(
    idp: FakeIdp,
    name: str = "corporate",
    *,
    endpoint: str | None = None,
    username_claim: str = "cognito:username",
) -> IdpSettings:
    return IdpSettings(
        name=name,
        issuer=idp.issuer,
        client_id=idp.client_id,
        username_claim=username_claim,
        endpoint=endpoint,
    )


def gateway_settings(*idps: IdpSettings, keys: tuple[Secret, ...] = (KEY,)) -> Settings:
    return Settings(
        region="eu-west-1",
        origins=frozenset({PORTAL}),
        idps={idp.name: idp for idp in idps},
        cookie_keys=keys,
        ledger="stdout",
    )


@dataclass
class Portal:
    """The room, served in process: what a browser and a program would meet."""

    room: SignInRoom
    app: Starlette
    marks: MemoryMarks
    ledger: MemoryLedger

    @asynccontextmanager
    async def browser(self, *, below: str = "") -> AsyncIterator[httpx.AsyncClient]:
        """A browser of its own, with its own cookies; follows no redirect by itself.

        It asks for paths that begin with `below`, where the application is.
        """
        carried = httpx.ASGITransport(app=self.room.wrap(self.app), root_path=below)
        async with httpx.AsyncClient(transport=carried, base_url=PORTAL) as client:
            yield client


def portal(settings: Settings, transport: Transport, clock: SetClock) -> Portal:
    """An application with the room's routes, and `/me`, which says who asks."""
    house = House()
    room = build(settings, transport, clock, Stores(house.marks, tables(transport, clock)))

    async def me(request: Request) -> Response:
        identity = await room.sign_in.who(request)
        if await request.app.state.ports.marks.found(*identity.ended_by):
            raise refused(Why.SESSION_ENDED)
        facts = {"person": identity.person, "idp": identity.idp, "way": identity.way}
        return JSONResponse(facts | {"csrf": room.csrf_token(request)})

    shown: dict[type, int] = {NotSignedIn: 401, NotAllowed: 403, NotThere: 404, AwsError: 503}

    async def refuse(_request: Request, error: Exception) -> Response:
        status = next(shown[kind] for kind in type(error).__mro__ if kind in shown)
        why = error.recorded if isinstance(error, Refusal) else type(error).__name__
        return JSONResponse({"detail": str(error), "why": why}, status)

    app = Starlette(
        routes=[*room.routes, Route("/me", me)],
        exception_handlers={Refusal: refuse, AwsError: refuse},
        middleware=[Middleware(_Arriving)],
    )
    app.state.ports = replace(house.ports, sign_in=room.sign_in, clock=clock)
    app.state.metrics = house.metrics
    return Portal(room, app, house.marks, house.ledger)


class _Arriving:
    """Says of every request where it comes from and what number it has, as the edge does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})
        state["source"] = Source("192.168.10.7")
        state["request_id"] = "request-1"
        await self._app(scope, receive, send)


async def to_idp_and_back(
    browser: httpx.AsyncClient, *, name: str = "corporate", query: str = "", below: str = ""
) -> str:
    """Begin a sign-in and let the provider approve; the callback URL, not yet visited."""
    begun = await browser.get(f"{below}/signin/{name}{query}")
    assert begun.status_code == 303
    async with httpx.AsyncClient() as outside:
        approved = await outside.get(begun.headers["location"])
    assert approved.status_code == 302, approved.text
    return approved.headers["location"]
