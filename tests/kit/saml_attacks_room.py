"""A gateway with a SAML provider, and whoever posts to it; and what it leaves behind.

Everything goes through the application as it is served: the edge, the routes, the record.
"""

import json
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from studiogate.errors import NotThere
from studiogate.gateway.logs import JsonLines
from studiogate.gateway.ports import Marks
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml.routes import SamlSignIn
from studiogate.gateway.signin.arrival import Arrival
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.session import COOKIE, Sessions
from studiogate.gateway.told import Secret
from tests.kit.gateway import HOST, NOW, House
from tests.kit.saml_attacks import CANARY, Post, Scene
from tests.kit.saml_idp import AUDIENCE, Asked, SamlIdp, asked

ORIGIN = f"http://{HOST}"
NAME, PARTNER = "workforce", "partner"


_BASE64 = re.compile("[A-Za-z0-9+/%]+")


class MemoryDocuments:
    """What providers published, in memory: the promise of the port."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self.documents = dict(documents)

    async def document(self, idp: str) -> bytes:
        if idp not in self.documents:
            raise NotThere(
                "there is no such provider", remedy="Enter it.", reason="no-such-idp"
            )
        return self.documents[idp]


@dataclass
class Gate:
    """One instance of the gateway that trusts the provider of `scene`."""

    house: House
    scene: Scene
    published: Mapping[str, bytes] = field(default_factory=dict)
    """What providers published, where that is not what those of `scene` do."""

    marks: Marks | None = None
    """Shared with another instance; else those of the house."""

    app: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin anew: nothing is remembered but what the marks hold."""
        idps = {name: SamlSettings(name=name, audience=AUDIENCE) for name in (NAME, PARTNER)}
        sealer = Sealer((Secret(b"k" * 32),))
        saml = SamlSignIn(
            idps,
            MemoryDocuments(
                {
                    NAME: self.scene.idp.metadata(),
                    PARTNER: self.scene.partner.metadata(),
                    **self.published,
                }
            ),
            origins=frozenset({ORIGIN}),
            sealer=sealer,
            arrival=Arrival(Sessions(sealer, self.house.clock, idps)),
            clock=self.house.clock,
        )

        async def send_away(request: Request) -> Response:
            return await saml.send_away(request, request.path_params["idp"])

        routes = [*saml.routes, Route("/signin/{idp}", send_away)]
        self.app = self.house.app(routes, marks=self.marks or self.house.marks)

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        """A browser of its own, which follows no redirect."""
        carried = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=carried, base_url=ORIGIN) as browser:
            yield browser

    async def answer(self, post: Post, *, cookie: str = "") -> httpx.Response:
        """What `post` is answered, from a browser that keeps `cookie` and nothing else."""
        async with self.browser() as browser:
            return await sent(browser, post, cookie=cookie)

    async def begun(self, *, idp: str = NAME, query: str = "") -> tuple[Asked, str]:
        """A sign-in that begins here: what the provider is asked, and the browser's cookie."""
        async with self.browser() as browser:
            away = await browser.get(f"/signin/{idp}{query}")
        assert away.status_code == 303
        return asked(away.headers["location"]), away.headers["set-cookie"].partition(";")[0]


def scene(house: House) -> Scene:
    """The providers and the thief, on the clock of `house`."""
    partner = SamlIdp(house.clock, entity="https://partner.example/saml", key="partner")
    return Scene(SamlIdp(house.clock), SamlIdp(house.clock, key="thief"), partner)


def gate() -> Gate:
    """A gateway that nobody has been to."""
    house = House()
    assert house.clock() == NOW
    return Gate(house, scene(house))


async def sent(browser: httpx.AsyncClient, post: Post, *, cookie: str = "") -> httpx.Response:
    """What `post` is answered in `browser`, coming from the provider's site."""
    headers = {"sec-fetch-site": "cross-site", "origin": "https://idp.acme.example"}
    if cookie:
        headers["cookie"] = cookie
    if post.kind:
        headers["content-type"] = post.kind
    return await browser.request(
        post.method, f"/saml{post.query}", content=post.body, headers=headers
    )


def signed_in(answer: httpx.Response) -> bool:
    """Whether `answer` begins a session."""
    lines = answer.headers.get_list("set-cookie")
    return any(
        line.startswith(f"{COOKIE}=") and not line.startswith(f"{COOKIE}=;") for line in lines
    )


def leaks(post: Post, texts: str) -> list[str]:
    """What of `post` is in `texts`: its canary, plain or in base64, or a piece of its body."""
    body = post.body.decode("latin-1")
    pieces = [body[at : at + 24] for at in range(20, min(len(body), 6_000) - 24, 12)]
    varied = {piece for piece in pieces if len(set(piece)) > 8 and _BASE64.fullmatch(piece)}
    return [found for found in (CANARY, *sorted(varied)) if found in texts]


def written(caplog: pytest.LogCaptureFixture) -> str:
    """Every line of the log, with all that it was given, before anything is taken out."""
    lines = [
        f"{record.getMessage()} {record.exc_text or ''} {record.__dict__.get('facts')}"
        for record in caplog.records
    ]
    return "\n".join([*lines, *map(JsonLines().format, caplog.records)])


def kept(house: House) -> str:
    """The record, as it is written."""
    return "\n".join(json.dumps(record.line()) for record in house.ledger.sign_ins)


def defects(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What should not be in any log: failures of ours, and tracebacks."""
    return [one for one in caplog.records if one.levelno >= logging.WARNING or one.exc_info]
