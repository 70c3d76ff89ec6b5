"""The whole gateway, with real sign-in, for whoever attacks it: all it does can be looked at.

The application is the product's, the provider signs real tokens, the room of sign-in is built
as a process builds it.  Tables and AWS are in memory, and say what they were asked.
"""

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from studiogate.audit.record import Opening
from studiogate.aws.wire.call import Credentials, Transport
from studiogate.aws.wire.calls import Wire
from studiogate.aws.wire.tables import Tables
from studiogate.foundation.directory import PersonRow
from studiogate.gateway.entrance import SignInRoom, Stores, build
from studiogate.gateway.ports import Identity
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.settings import Settings
from studiogate.gateway.signin.why import Why, refused
from studiogate.gateway.told import Secret
from tests.kit.gateway import LOBS, PEOPLE, Clock, House, MemoryDirectory
from tests.kit.given_credentials import GivenCredentials
from tests.kit.jwt_attacks import MARKER, Shown
from tests.kit.marks import MemoryMarks
from tests.kit.signin_idp import FakeIdp, SetClock
from tests.kit.signin_room import KEY, PORTAL, gateway_settings, idp_settings, to_idp_and_back

SESSION, SIGNIN = "__Host-studiogate", "__Host-studiogate-signin"

_NOBODY = Credentials("k", "s")
_SHORTEST_LEAK = 16
"""Characters; a shorter piece of a token may be anybody's word."""


class Remembering(MemoryDirectory):
    """Rows in memory, with the marks that end sign-ins, as the tables have them."""

    def __init__(self, marks: MemoryMarks) -> None:
        super().__init__(PEOPLE, LOBS)
        self._marks = marks

    async def standing(self, identity: Identity) -> PersonRow | None:
        row = await super().standing(identity)
        if await self._marks.found(*identity.ended_by):
            raise refused(Why.SESSION_ENDED)
        return row


_OURS_TO_ASK = ("httpx", "httpcore")
"""What logs the questions of the attacker, and is no part of the gateway."""


class Seen(logging.Handler):
    """Everything that was logged, whole, by whatever the gateway is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.reasons: list[str] = []
        """The code of each refusal that was logged."""

    def emit(self, record: logging.LogRecord) -> None:
        facts = getattr(record, "facts", {})
        if "reason" in facts:
            self.reasons.append(facts["reason"])
        if not record.name.startswith(_OURS_TO_ASK):
            self.texts.append(f"{record.getMessage()} {record.__dict__!r} {record.exc_text}")

    def leaks(self, token: str, *places: str) -> list[str]:
        """Pieces of `token` that are in a log, or in `places`."""
        everything = "\n".join([*places, *self.texts])
        return [piece for piece in _pieces(token) if piece in everything]


@dataclass
class Site:
    """One gateway under attack, and everything it stands on."""

    idp: FakeIdp
    clock: SetClock
    house: House
    room: SignInRoom
    routes: list[Route]
    """All of the application's, in the order they are tried."""

    app: ASGIApp
    seen: Seen

    @property
    def records(self) -> list[Opening]:
        """What was written down about openings."""
        return self.house.ledger.openings

    @property
    def asked_of_aws(self) -> list[Any]:
        """Everything anybody at AWS was asked: the tables, STS, SageMaker."""
        return [*self.house.directory.asked, *self.house.aws.asked]

    def advance(self, **by: float) -> None:
        """Move every clock."""
        self.clock.advance(**by)
        self.house.clock.forward(**by)

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        """A browser of its own, with its own cookies; follows no redirect by itself."""
        carried = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=carried, base_url=PORTAL) as client:
            yield client

    async def signed_in(self, browser: httpx.AsyncClient) -> str:
        """Sign in with `browser`; the value of its session cookie."""
        answer = await browser.get(await to_idp_and_back(browser))
        assert answer.status_code == 303, answer.text
        return browser.cookies[SESSION]

    async def holding(self, *cookies: str, path: str = "/api/me") -> httpx.Response:
        """The answer to a browser that sends exactly those `Cookie` lines."""
        lines = [(b"cookie", cookie.encode("latin-1")) for cookie in cookies]
        async with self.browser() as other:
            return await other.get(path, headers=lines)

    async def shown(self, path: str, what: Shown) -> httpx.Response:
        """The answer to `what` at `path`; whatever bytes are in its headers arrive."""
        lines = [(name.encode(), value.encode("utf-8")) for name, value in what.headers]
        query = f"?{urlencode(what.query)}" if what.query else ""
        async with self.browser() as client:
            return await client.request(
                what.method, path + query, headers=lines, content=what.body
            )

    def leaks(self, token: str, answer: httpx.Response) -> list[str]:
        """Pieces of `token` that are in the answer, in the record or in a log."""
        lines = [repr(line) for line in (*self.records, *self.house.ledger.sign_ins)]
        return self.seen.leaks(token, answer.text, repr(answer.headers), *lines)


@asynccontextmanager
async def attacked(
    idp: FakeIdp,
    transport: Transport,
    *,
    keys: Sequence[Secret] = (KEY,),
    judging_by: Callable[[], datetime] | None = None,
    settings: Settings | None = None,
) -> AsyncIterator[Site]:
    """A gateway that trusts `idp`, with nothing asked of it so far.

    `keys` seal its cookies; `judging_by` is the clock of the room of sign-in, if not all's;
    `settings` are others than those of a gateway with this one provider.
    """
    clock = idp.clock
    house = House(clock=Clock(clock.now))
    house.directory = Remembering(house.marks)
    wire = Wire(transport, region="eu-west-1", source=GivenCredentials(_NOBODY), clock=clock)
    told = settings or gateway_settings(idp_settings(idp), keys=tuple(keys))
    room = build(told, transport, judging_by or clock, Stores(house.marks, Tables(wire)))
    app = house.app(
        room.routes,
        sign_in=room.sign_in,
        directory=house.directory,
        clock=clock,
        origins=frozenset({PORTAL}),
        sign_out_token=room.csrf_token,
    )
    assert isinstance(app, Starlette)
    routes = [route for route in app.routes if isinstance(route, Route)]
    with logged() as seen:
        yield Site(idp, clock, house, room, routes, room.wrap(app), seen)
    await room.close()


def _pieces(token: str) -> Iterator[str]:
    yield MARKER
    yield from (part for part in token.split(".") if len(part) >= _SHORTEST_LEAK)


def named(cookie: str) -> str:
    """The `Cookie` line of a browser that keeps `cookie` as its session."""
    return f"{SESSION}={cookie}"


def spelt_out(path: str) -> str:
    """A route's path with something in each of its places."""
    places = {"domain": "forecasting", "person": "user-lob-a", "idp": "corporate"}
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: places.get(found[1], "x"), path)


def every_way(idp: FakeIdp) -> Settings:
    """Settings of a gateway with every way to sign in, and to send people."""
    saml = SamlSettings(name="workforce", audience="urn:studiogate:acme:demo")
    usual = gateway_settings(idp_settings(idp))
    tokens = {"corporate": Secret(b"a token of the provider's that nobody shows")}
    return replace(usual, saml={saml.name: saml}, scim_tokens=tokens)


@contextmanager
def logged() -> Iterator[Seen]:
    """Everything that is logged while the block runs."""
    seen, root = Seen(), logging.getLogger()
    before = root.level
    root.addHandler(seen)
    root.setLevel(logging.DEBUG)
    try:
        yield seen
    finally:
        root.removeHandler(seen)
        root.setLevel(before)
