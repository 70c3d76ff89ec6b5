"""A small landscape with a SAML provider, its access portal, a browser, and what it is handed."""

import base64
import html
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography import x509
from lxml import etree
from starlette.applications import Starlette

from studiogate.landscape.model import Landscape
from studiogate.local.call import Place
from studiogate.local.listeners import WORKFORCE, listeners
from studiogate.local.places import Places
from studiogate.local.sagemaker.model import Domain
from studiogate.local.sagemaker.store import Store
from studiogate.local.statedir import StateDir
from studiogate.local.workforce.certificates import MakePair, new_pair
from studiogate.local.workforce.founding import Ground, found_workforce
from tests.kit.idp import StandingClock

FIRST_PORT = 4000
AUDIENCE = "urn:studiogate:acme:demo"
ENTITY = "https://portal.sso.eu-west-1.amazonaws.com/saml/assertion/acme-workforce"
ASKED_AT = "/saml/assertion/acme-workforce"
STUDIO = "http://*.studio.eu-west-1.localhost:4003"

ADA = ("ada.lovelace@acme.example", "AdaLovelace1!")
ANN = ("ann", "AnnAnnAnn1!")
BO = ("user-lob-b", "UserLobB1!")
SAM = ("sam-security", "SamSecurity1!")
LEAD = ("lea-lead", "LeaLeaLea1!")
ELSEWHERE = ("elsewhere", "Elsewhere1!")

NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}

DECLARED: dict[str, Any] = {
    "name": "acme",
    "environment": "demo",
    "region": "eu-west-1",
    "accounts": {"hub": "111111111111", "lob-a": "222222222222", "lob-b": "333333333333"},
    "networks": {
        "office": {
            "kind": "corporate",
            "cidrs": ["192.168.10.0/24"],
            "dns_servers": ["192.168.10.53"],
        },
        "hub": {"kind": "vpc", "account": "hub", "cidr": "10.0.0.0/16"},
    },
    "idps": {
        "corporate": {"kind": "oidc", "issuer": "https://idp.example", "client_id": "c"},
        "workforce": {"kind": "saml", "metadata": "saml/workforce.xml"},
    },
    "lobs": {
        "lob-a": {"account": "lob-a", "groups": ["ml-lob-a", "all-ml"]},
        "lob-b": {"account": "lob-b", "groups": ["ml-lob-b"]},
    },
    "domains": {
        "forecasting": {"lob": "lob-a", "network": "hub", "opens_from": ["office"]},
        "pricing": {"lob": "lob-a", "network": "hub", "opens_from": ["office"]},
        "fraud": {"lob": "lob-b", "network": "hub", "opens_from": ["office"]},
    },
    "people": {
        ADA[0]: {"lob": "lob-a", "profile": "ada", "demo_password": ADA[1]},
        ANN[0]: {"lob": "lob-a", "demo_password": ANN[1]},
        BO[0]: {"lob": "lob-b", "idp": ["workforce"], "demo_password": BO[1]},
        SAM[0]: {"administrator": True, "idp": "corporate", "demo_password": SAM[1]},
        LEAD[0]: {
            "lob": "lob-a",
            "administrator": True,
            "idp": "corporate",
            "demo_password": LEAD[1],
        },
        ELSEWHERE[0]: {"lob": "lob-a", "idp": "corporate", "demo_password": ELSEWHERE[1]},
        "no-password": {"lob": "lob-a"},
    },
}


def landscape(**changed: Any) -> Landscape:
    """The landscape, with some keys replaced."""
    return Landscape.model_validate({**DECLARED, **changed})


@cache
def spare_pairs() -> MakePair:
    """A maker of certificates that makes four and then gives the first again: it saves time."""
    made = cycle([new_pair(StandingClock().now) for _ in range(4)])
    return lambda _now: next(made)


@dataclass(frozen=True, slots=True)
class Founded:
    """An access portal, and the world it stands in."""

    site: Starlette
    places: Places
    studio: Store
    clock: StandingClock
    state: StateDir
    metadata: Path

    @property
    def published(self) -> list[x509.Certificate]:
        """The certificates in the metadata file, in their order."""
        return certificates(self.metadata.read_bytes())

    def browser(self, network: str = "office") -> "Browser":
        """A new browser in `network`."""
        return Browser(self.site, self.places.known[WORKFORCE, network].url)

    def add_domain(self, name: str, account: str, domain_id: str, **more: Any) -> None:
        """Let a Studio domain exist."""
        found = Domain(
            Place(account, "eu-west-1"),
            *self.studio.birth(),
            id=domain_id,
            name=name,
            auth_mode="IAM",
            network_access="VpcOnly",
            user_settings={},
            settings={},
            rest={},
        )
        for key, value in more.items():
            setattr(found, key, value)
        self.studio.add_domain(found)


def founded(
    folder: Path, declared: Landscape | None = None, *, port: int = FIRST_PORT
) -> Founded:
    """An access portal of `declared` that keeps what it keeps below `folder`."""
    found = declared or landscape()
    clock = StandingClock()
    places, studio = Places(found, listeners(found, port)), Store(clock)
    state, file = StateDir(folder / "state"), folder / "landscape.yaml"
    ground = Ground(places, studio, [STUDIO], state, file, clock)
    site = found_workforce(ground, make=spare_pairs())
    world = Founded(site, places, studio, clock, state, folder / "saml" / "workforce.xml")
    world.add_domain("forecasting", "222222222222", "d-forecasting1")
    world.add_domain("fraud", "333333333333", "d-fraud1")
    return world


@dataclass(frozen=True, slots=True)
class Handed:
    """What the page with the Continue button posts, and to whom."""

    consumer: str
    message: bytes
    relay: str | None

    def text(self, path: str) -> str:
        """The one value at `path` of the message."""
        found = self.values(path)
        assert len(found) == 1, (path, found)
        return found[0]

    def values(self, path: str) -> list[str]:
        """Every value at `path` of the message."""
        found = etree.fromstring(self.message).xpath(path, namespaces=NS)
        assert isinstance(found, list)
        return [str(one) for one in found]

    def attribute(self, name: str) -> list[str]:
        """The values of the attribute `name`."""
        return self.values(f"//saml:Attribute[@Name='{name}']/saml:AttributeValue/text()")


def handed(page: httpx.Response) -> Handed:
    """What the page posts when its button is pressed."""
    assert page.status_code == 200
    action = re.search(r'<form method="post" action="(http[^"]+)">', page.text)
    assert action, "the page leads to no application"
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    message = base64.b64decode(html.unescape(fields["SAMLResponse"]), validate=True)
    relay = fields.get("RelayState")
    return Handed(
        html.unescape(action[1]), message, None if relay is None else html.unescape(relay)
    )


def hidden(page: httpx.Response, name: str) -> str:
    """The hidden field `name` of the first form on `page` that has one."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found, f"no {name} on this page"
    return found[1]


class Browser:
    """What a person does with the pages: it keeps cookies, and follows to pages of the portal."""

    def __init__(self, site: Any, base: str) -> None:
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=site), base_url=base, follow_redirects=True
        )

    async def sign_in(self, name: str, password: str, path: str = "/") -> httpx.Response:
        """Ask for `path`, and give a name and a password to the page that comes."""
        return await self.answer(await self.http.get(path), name, password)

    async def answer(self, page: httpx.Response, name: str, password: str) -> httpx.Response:
        form = {"ticket": hidden(page, "ticket"), "username": name, "password": password}
        return await self.http.post("/sign-in", data=form)

    async def step(self, name: str) -> httpx.Response:
        """Press a button of the certificates page, whether or not it is offered."""
        form = {"form": hidden(await self.http.get("/certificates"), "form")}
        return await self.http.post(f"/certificates/{name}", data=form)


def question(now: datetime, **changed: str | None) -> bytes:
    """An honest AuthnRequest; attributes that are `None` are left out."""
    attributes = {
        "ID": "_request-0123456789",
        "Version": "2.0",
        "IssueInstant": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Destination": f"http://localhost:{_asked_port()}{ASKED_AT}",
        "AssertionConsumerServiceURL": "http://localhost:4000/saml",
        "ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        **changed,
    }
    said = "".join(f' {k}="{html.escape(v)}"' for k, v in attributes.items() if v is not None)
    return (
        f'<samlp:AuthnRequest xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}"{said}>'
        f"<saml:Issuer>{AUDIENCE}</saml:Issuer></samlp:AuthnRequest>"
    ).encode()


def _asked_port() -> int:
    return listeners(landscape(), FIRST_PORT)[WORKFORCE, "internet"].port


def packed(document: bytes) -> str:
    """`document` as HTTP-Redirect has it: deflated, in base64."""
    deflating = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(deflating.compress(document) + deflating.flush()).decode()


def asking(document: bytes, **more: str) -> str:
    """The path and query an application sends a browser to."""
    return f"{ASKED_AT}?{urlencode({'SAMLRequest': packed(document), **more})}"


def certificates(document: bytes) -> list[x509.Certificate]:
    """The signing certificates in a metadata document."""
    found = etree.fromstring(document).xpath(
        "//md:KeyDescriptor[@use='signing']//ds:X509Certificate/text()", namespaces=NS
    )
    assert isinstance(found, list)
    return [x509.load_der_x509_certificate(base64.b64decode(str(one))) for one in found]
