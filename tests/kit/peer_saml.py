"""Our gateway and somebody else's SAML provider: what every such provider needs of a test."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from studiogate import names
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml.documents import COLUMN
from tests.kit.peer_oidc import GROUP, PERSON, Gateway, Visitor, forms
from tests.kit.saml_idp import certificate, pem, private_key
from tests.kit.waiting import PATIENCE_S, awaited, listens

if TYPE_CHECKING:
    from subprocess import Popen

NAME = "workforce"
AUDIENCE = "urn:studiogate:acme:demo"
DOMAIN_ID = "d-forecasting"
MAIL = f"{PERSON}@acme.example"
EMAIL, PERSISTENT, TRANSIENT = (
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
)
DONE = ("sign-in", "done", "ok")
ALGORITHMS: Mapping[str, tuple[str, str]] = {
    "SHA-1": (
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#sha1",
    ),
    "SHA-256": (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ),
    "SHA-384": (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
    ),
    "SHA-512": (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    ),
}
"""How a provider is told to sign, and to digest."""

_BITS = 2048


def refused(reason: str) -> tuple[str, str, str]:
    """What is recorded of a sign-in that is refused for `reason`."""
    return ("sign-in", "refused", reason)


def stated(**changes: list[str] | None) -> dict[str, list[str]]:
    """What a provider says of the one person there is, but for `changes`."""
    said = {
        "username": [PERSON],
        "domain-id": [DOMAIN_ID],
        "groups": [GROUP, "everybody"],
        "mail": [MAIL],
    }
    changed = said | {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in changed.items() if value is not None}


def write_key(folder: Path, name: str) -> None:
    """Write the key called `name`, and its certificate, as `name`.key and `name`.crt."""
    key = private_key(name, _BITS).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    (folder / f"{name}.key").write_bytes(key)
    (folder / f"{name}.crt").write_text(pem(certificate(name, _BITS)))


@dataclass(frozen=True)
class Trusting:
    """The gateway, which trusts one SAML provider, and whoever visits both."""

    ours: Gateway
    stack: ExitStack

    def enter(self, metadata: bytes) -> None:
        """Write `metadata` where `apply` writes it."""
        row = {"PK": {"S": NAME}, COLUMN: {"S": metadata.decode()}}
        self.ours.aws.items[names.IDPS_TABLE, NAME] = row

    def begin(self, **settings: Any) -> None:
        """A new process of the gateway, which trusts the provider as `settings` say."""
        idp = SamlSettings(name=NAME, audience=AUDIENCE, **settings)
        self.ours.trusting(saml={NAME: idp})

    def described(self) -> str:
        """The gateway's metadata, for whoever sets a provider up."""
        return fetched(f"{self.ours.url}/saml/metadata").decode()

    def start(self, next_path: str = "/") -> str:
        """Where a browser begins to sign in, to go on to `next_path`."""
        return f"{self.ours.url}/signin/{NAME}?{urlencode({'next': next_path})}"

    def visitor(self) -> Visitor:
        """A browser with no cookies yet."""
        return self.stack.enter_context(Visitor())

    def who(self, visitor: Visitor) -> str | None:
        """Whom we take the visitor for; `None`: nobody."""
        answer = self.ours.me(visitor)
        found: str | None = answer.json()["person"] if answer.status_code == 200 else None
        return found


def handed(page: httpx.Response) -> tuple[str, dict[str, str]]:
    """Where the provider's `page` has the browser post its message, and the fields of it."""
    place, fields = forms(page)[-1]
    assert "SAMLResponse" in fields, page.text
    return urljoin(str(page.url), place), fields


def brought(visitor: Visitor, page: httpx.Response) -> httpx.Response:
    """Our answer to what the provider's `page` has `visitor` post."""
    place, fields = handed(page)
    return visitor.post(place, fields, origin=_origin(page), sec_fetch_site="cross-site")


def fetched(url: str) -> bytes:
    """What is at `url` on loopback, asked for without anything of a browser."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=PATIENCE_S)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, f"{url}: {answer.status}"
    return body


def wait_for(process: "Popen[bytes]", port: int) -> None:
    """Return once `process` takes connections at `port`."""
    awaited(lambda: listens(process, "127.0.0.1", port))


def _origin(page: httpx.Response) -> str:
    return str(page.url.copy_with(raw_path=b"/")).rstrip("/")
