"""A small demo landscape with a user pool, a clock that stands still, and a browser."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jws
from joserfc.jwk import KeySet, RSAKey

from studiogate.landscape.model import Landscape
from studiogate.local.idp.keys import new_key

BASE = "http://localhost:4009"
POOL_ID = "eu-west-1_AcmeDemo1"
CLIENT_ID = "5studiogatedemoportal01"
ISSUER = f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL_ID}"
CALLBACK = "http://localhost:4000/signin/corporate/callback"
GOODBYE = "http://localhost:4000/"
VERIFIER = "a-verifier-of-at-least-forty-three-characters.~_"
ADA = ("ada.lovelace@acme.example", "AdaLovelace1!")
BO = ("user-lob-b", "UserLobB1!")

DECLARED: dict[str, Any] = {
    "name": "acme",
    "environment": "demo",
    "region": "eu-west-1",
    "accounts": {"hub": "111111111111", "lob-a": "222222222222"},
    "networks": {
        "office": {"kind": "corporate", "cidrs": ["192.168.10.0/24"]},
        "hub": {"kind": "vpc", "account": "hub", "cidr": "10.0.0.0/16"},
    },
    "idps": {"corporate": {"kind": "oidc", "issuer": ISSUER, "client_id": CLIENT_ID}},
    "lobs": {
        "lob-a": {"account": "lob-a", "groups": ["ml-lob-a", "all-ml"]},
        "lob-b": {"account": "lob-a", "groups": ["all-ml"]},
    },
    "people": {
        ADA[0]: {"lob": "lob-a", "profile": "ada", "demo_password": ADA[1]},
        BO[0]: {"lob": "lob-b", "profile": "bo", "demo_password": BO[1]},
        "no-password": {"lob": "lob-b", "profile": "np"},
        "elsewhere": {"idp": "other", "demo_password": "Elsewhere1!"},
    },
}


def landscape(**changed: Any) -> Landscape:
    """The demo landscape, with some keys replaced."""
    return Landscape.model_validate({**DECLARED, **changed})


@cache
def spare_keys() -> Callable[[], RSAKey]:
    """A maker of signing keys that makes eight and then gives the first again: it saves time."""
    return cycle([new_key() for _ in range(8)]).__next__


class StandingClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 15, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


def challenge(verifier: str = VERIFIER) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def question(**changed: str | None) -> dict[str, str]:
    """The parameters of an honest `/oauth2/authorize`; `None` leaves one out."""
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "scope": "openid email",
        "state": "state-0123456789",
        "nonce": "nonce-0123456789",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in {**asked, **changed}.items() if value is not None}


def ticket(page: httpx.Response) -> str:
    """The hidden ticket of the form on `page`."""
    found = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def answered(response: httpx.Response) -> dict[str, str]:
    """The query a redirect to the application carries."""
    assert response.status_code == 302, response.text
    where = urlsplit(response.headers["location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(where.query).items()}


class Browser:
    """What a person does with the pages: it keeps cookies and follows no redirect by itself."""

    def __init__(self, app: Any) -> None:
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE)

    async def begin(self, **changed: str | None) -> httpx.Response:
        return await self.http.get("/oauth2/authorize", params=question(**changed))

    async def login(self, page: httpx.Response, name: str, password: str) -> httpx.Response:
        form = {"ticket": ticket(page), "username": name, "password": password}
        return await self.http.post("/login", data=form)

    async def code(self, person: tuple[str, str] = ADA, **changed: str | None) -> str:
        answer = await self.login(await self.begin(prompt="login", **changed), *person)
        return answered(answer)["code"]

    async def redeem(self, code: str, /, **changed: str) -> httpx.Response:
        asked = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        return await self.http.post("/oauth2/token", data={**asked, **changed})

    async def keys(self) -> KeySet:
        answer = await self.http.get(f"/{POOL_ID}/.well-known/jwks.json")
        return KeySet.import_key_set(answer.json())


def header(token: str) -> dict[str, Any]:
    return _json(token.split(".", maxsplit=1)[0])


def verified(token: str, keys: KeySet) -> Mapping[str, Any]:
    """The claims of `token`, if one of `keys` signed it."""
    signed = jws.deserialize_compact(token, keys, algorithms=["RS256"])
    claims: Mapping[str, Any] = json.loads(signed.payload)
    return claims


def _json(part: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return value
