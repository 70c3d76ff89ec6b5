"""A gateway whose people sign in with sealed sessions and with the command line's tokens."""

import html
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from starlette.requests import Request
from starlette.types import ASGIApp

from studiogate.audit.signing_in import Result
from studiogate.foundation.directory import PersonRow
from studiogate.foundation.marks import SO_FAR
from studiogate.gateway.ports import Identity, Kind, Mark, Marked
from studiogate.gateway.program.allowance import is_program_token, program_identity
from studiogate.gateway.program.routes import Programs
from studiogate.gateway.signin import bearer
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.session import COOKIE, Sessions
from studiogate.gateway.signin.why import Why, refused
from studiogate.gateway.told import Secret
from tests.kit.gateway import HOST, LOBS, PEOPLE, House, MemoryDirectory
from tests.kit.marks import MemoryMarks

IDPS = ("corporate", "workforce")
ADA, BO = "user-lob-a", "user-lob-b"
LISTENS = "http://127.0.0.1:43210/"
VERIFIER = "verifier-of-the-command-line-0123456789-abcdef"
STATE = "state-of-the-command-line"
BY_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class MarkedDirectory(MemoryDirectory):
    """Rows in memory, and marks that end sign-ins, as the table's directory reads both."""

    def __init__(self, marks: MemoryMarks) -> None:
        super().__init__(PEOPLE, LOBS)
        self._marks = marks

    async def standing(self, identity: Identity) -> PersonRow | None:
        found = await self._marks.found(*identity.ended_by)
        for mark, made in found.items():
            later = identity.at is not None and made.at < identity.at
            if not (mark.kind in SO_FAR and later):
                raise refused(Why.SESSION_ENDED)
        return await self.person(identity.person)


@dataclass(frozen=True, slots=True)
class SealedSignIn:
    """Believes the command line's tokens, else session cookies."""

    sealer: Sealer
    sessions: Sessions
    house: House

    async def who(self, request: Request) -> Identity:
        token = bearer.token_of(request)
        if token is None:
            return self.sessions.read(request).identity()
        assert is_program_token(token)
        return program_identity(self.sealer, self.house.clock, token, idps=IDPS)


@dataclass
class ProgramHouse:
    """The gateway, and whoever is signed in at it."""

    house: House = field(default_factory=House)

    def __post_init__(self) -> None:
        self.sealer = Sealer([Secret(b"k" * 32)])
        self.sessions = Sessions(self.sealer, self.house.clock, IDPS)
        self.directory = MarkedDirectory(self.house.marks)
        self.routes = Programs(self.sealer, self.sessions, self.house.clock).routes

    def app(self, **ports: Any) -> ASGIApp:
        """The application; `ports` replaces some more of them."""
        return self.house.app(
            self.routes,
            sign_in=SealedSignIn(self.sealer, self.sessions, self.house),
            directory=self.directory,
            **ports,
        )

    def another_instance(self) -> ASGIApp:
        """A second gateway over the same keys and marks, which remembers nothing itself."""
        self.routes = Programs(self.sealer, self.sessions, self.house.clock).routes
        return self.app()

    def signed_in(self, person: str = ADA, *, at_provider: str | None = None) -> dict[str, str]:
        """What the browser of somebody who has just signed in sends along."""
        identity = Identity(
            person,
            "corporate",
            f"sub-{person}",
            self.house.clock() + timedelta(days=1),
            "session",
            groups=frozenset({"ml-lob-a"}),
            at_provider=at_provider,
        )
        setting = self.sessions.begun(identity)
        return {"cookie": setting.partition(";")[0], "accept": "text/html"}

    def used(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The cookie of that browser after it was used just now."""
        facts = self.sealer.opened("session", headers["cookie"].removeprefix(f"{COOKIE}="))
        facts["a"] = int(self.house.clock().timestamp())
        return {"cookie": f"{COOKIE}={self.sealer.sealed('session', facts)}"}

    def ended(self, headers: Mapping[str, str]) -> None:
        """Mark the session of that browser as ended, as signing out of the portal does."""
        facts = self.sealer.opened("session", headers["cookie"].removeprefix(f"{COOKIE}="))
        self.mark(Kind.SESSION, facts["s"])

    def mark(self, kind: Kind, *of: str) -> None:
        now = self.house.clock()
        made = Marked(now, now + timedelta(days=1))
        self.house.marks.there[Mark(kind, of).key] = made

    @property
    def ends(self) -> list[tuple[Result, str]]:
        """How each sign-in ended, and why, that the record has, in order."""
        return [(record.outcome, record.reason) for record in self.house.ledger.sign_ins]

    @property
    def refusals(self) -> list[str]:
        """The reason of each sign-in that the record has, in order."""
        return [reason for _, reason in self.ends]


def challenge(verifier: str = VERIFIER) -> str:
    digest = sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def asking(**other: str) -> dict[str, str]:
    """What the command line asks for, with `other` in place of what it should."""
    return {
        "redirect_uri": LISTENS,
        "state": STATE,
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        **other,
    }


@dataclass
class Browser:
    """A browser in which somebody is signed in: it fills in forms as they are on the page."""

    client: httpx.Client
    headers: Mapping[str, str]
    origin: str = f"http://{HOST}"

    def look(self, path: str, **query: str) -> httpx.Response:
        asked = f"{path}?{urlencode(query)}" if query else path
        return self.client.get(asked, headers=self.headers)

    def send(self, shown: httpx.Response, path: str, **filled: str) -> httpx.Response:
        """The form of the page `shown`, with what was `filled` in, sent to `path`."""
        return self.post(path, hidden(shown.text) | filled)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
        own = {"origin": self.origin, "sec-fetch-site": "same-origin"}
        return self.client.post(path, data=form, headers={**self.headers, **own, **headers})

    def allowed(self, **asked: str) -> str:
        """The code that the loopback address is brought, after a yes."""
        answer = self.send(self.look("/cli", **asking(**asked)), "/cli", answer="allow")
        assert answer.status_code == 303, answer.text
        return brought(answer)["code"]

    def allowed_device(self, user_code: str, answer: str = "allow") -> httpx.Response:
        """The page at the end, after the code was typed and answered."""
        asked = self.send(self.look("/device"), "/device", user_code=user_code)
        return self.send(asked, "/device", answer=answer)


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of the form that the page's own content has."""
    form = text.partition('class="choice"')[2]
    found = re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def brought(answer: httpx.Response) -> dict[str, str]:
    """What the redirect brings to the loopback address."""
    query = parse_qs(urlsplit(answer.headers["location"]).query, strict_parsing=True)
    return {name: values[0] for name, values in query.items() if len(values) == 1}


def redeemed(client: httpx.Client, code: str, /, **other: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": VERIFIER,
        "redirect_uri": LISTENS,
        **other,
    }
    return client.post("/api/token", data=form)


def polled(client: httpx.Client, device_code: str) -> httpx.Response:
    return client.post("/api/token", data={"grant_type": BY_DEVICE, "device_code": device_code})


def bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "accept": "application/json"}


def token_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
