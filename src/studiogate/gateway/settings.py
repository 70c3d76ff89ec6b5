"""The gateway's settings: environment variables, read once, where a process begins.

A variable that is wrong stops the start; the complaint names the variable and never shows its
value, because a value may be a key.  Plain `http` is only for loopback names and addresses.
"""

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretBytes,
    ValidationError,
)
from pydantic.dataclasses import dataclass

from studiogate import names
from studiogate.errors import SettingsError

_COOKIE_KEY_BYTES = 32
_PLAIN = r"^[^\s<>](?:[ -~]{0,118}[^\s<>])?$"
"""What can be said in a sentence: as `contact` of the landscape."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?\Z")


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine: RFC 6761 `localhost`, 127.0.0.0/8 or ::1."""
    return names.is_loopback_address(host) or host == "localhost" or host.endswith(".localhost")


def _is_web(url: str) -> bool:
    """Whether `url` is one we speak to: https, or http on loopback; no user, no fragment."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # its text quotes the URL
        return False
    plain = parts.scheme == "http" and is_loopback(host)
    return bool(
        url.isprintable()
        and host
        and (plain or parts.scheme == "https")
        and parts.username is None
        and not parts.fragment
        and " " not in url
    )


def _web(url: str) -> str:
    if not _is_web(url):
        raise ValueError("use an https URL (http only for localhost), without user or fragment")
    return url


def _origin(origin: str) -> str:
    if not _is_web(origin) or not _ORIGIN.match(origin):
        raise ValueError("an origin is scheme://host[:port] in lower case, with nothing after")
    parts = urlsplit(origin)
    if (parts.scheme, parts.port) in {("https", 443), ("http", 80)}:
        raise ValueError("leave the default port out, as browsers do")
    return origin


def _studio_url(template: str) -> str:
    try:
        url = template.format(domain_id="d-a", region="eu-west-1")
    except (KeyError, IndexError, ValueError):
        url = ""
    if not _is_web(url) or not (urlsplit(url).hostname or "").startswith("d-a."):
        raise ValueError("the host must begin with {domain_id}. and may use {region}")
    return template


def _words(value: Any) -> Any:
    """The words of a comma-separated variable; anything else is left for the type to judge."""
    if not isinstance(value, str):
        return value
    return tuple(word.strip() for word in value.split(",") if word.strip())


def _cookie_keys(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        keys = [b64decode(word, validate=True) for word in _words(value)]
    except NotBase64:
        raise ValueError("each key is base64 of 32 random bytes") from None
    if not keys or any(len(key) != _COOKIE_KEY_BYTES for key in keys):
        raise ValueError("each key is base64 of 32 random bytes")
    return tuple(keys)


def _idps(value: Any) -> Any:
    """Idps as JSON has them, each told its own name."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        raise ValueError("is not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(idp, dict) for idp in found.values()):
        raise ValueError('is not a JSON object of objects, as {"corporate": {"issuer": "…"}}')
    return {name: {**idp, "name": name} for name, idp in found.items()}


def _network(text: Any) -> Any:
    try:
        return text if text == "unix" else ip_network(text)
    except ValueError:  # its text quotes the value
        raise ValueError("is neither `unix` nor a CIDR such as 10.0.0.0/24") from None


WebUrl = Annotated[str, AfterValidator(_web)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class IdpSettings:
    """One OpenID Connect provider, as the gateway needs it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9]){0,39}$")]
    """Name in the landscape, in `/signin/NAME` and in the record."""

    issuer: WebUrl
    """Exactly as the provider names itself in its tokens."""

    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    """What the provider calls the gateway: the audience of its tokens."""

    username_claim: Annotated[str, Field(min_length=1)] = "preferred_username"
    """The claim that holds the sign-in name."""

    label: str = ""
    """What the portal's button says; the name where it is empty."""

    endpoint: WebUrl | None = None
    """Private address to reach the issuer at, in place of its public host; same paths."""


class Settings(BaseModel):
    """Everything the gateway is told; field names in code, variables in the environment."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    region: Annotated[
        str, Field(alias="AWS_REGION", pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$")
    ]
    """The AWS Region of the tables, of STS and of every domain."""

    people_table: Annotated[str, Field(alias="STUDIOGATE_PEOPLE_TABLE", min_length=3)] = (
        names.PEOPLE_TABLE
    )
    """The DynamoDB table of people: who belongs to which line of business."""

    lobs_table: Annotated[str, Field(alias="STUDIOGATE_LOBS_TABLE", min_length=3)] = (
        names.LOBS_TABLE
    )
    """The DynamoDB table of lines of business: their accounts and domains."""

    origins: Annotated[
        frozenset[Annotated[str, AfterValidator(_origin)]],
        BeforeValidator(_words),
        Field(alias="STUDIOGATE_ORIGINS", min_length=1),
    ]
    """Origins people reach this gateway by, comma-separated."""

    idps: Annotated[
        Mapping[str, IdpSettings],
        BeforeValidator(_idps),
        Field(alias="STUDIOGATE_IDPS", min_length=1),
    ]
    """OpenID Connect providers whose word counts, as JSON; see below."""

    cookie_keys: Annotated[
        tuple[SecretBytes, ...],
        BeforeValidator(_cookie_keys),
        Field(alias="STUDIOGATE_COOKIE_KEYS", min_length=1),
    ]
    """Keys of session cookies, comma-separated, each 32 random bytes in base64: the first
    seals, all open, so that keys can be changed while people are signed in."""

    studio_url: Annotated[
        str, AfterValidator(_studio_url), Field(alias="STUDIOGATE_STUDIO_URL")
    ] = ""
    """Where a domain's Studio answers; empty means AWS's own name in the region."""

    studio_endpoint: Annotated[WebUrl | None, Field(alias="STUDIOGATE_STUDIO_ENDPOINT")] = None
    """Where the gateway itself reaches Studio, when it looks whether a revoked person's session
    still lives; empty where the names of domains lead to the Studio endpoint."""

    ledger: Annotated[str, Field(alias="STUDIOGATE_LEDGER", min_length=1)]
    """File the record is appended to, or `stdout`."""

    trusted_proxies: Annotated[
        tuple[
            Annotated[Literal["unix"] | IPv4Network | IPv6Network, BeforeValidator(_network)],
            ...,
        ],
        BeforeValidator(_words),
        Field(alias="STUDIOGATE_TRUSTED_PROXIES"),
    ] = ()
    """Who may say where a request comes from: `unix` (the socket) and CIDRs."""

    contact: Annotated[str | None, Field(alias="STUDIOGATE_CONTACT", pattern=_PLAIN)] = None
    """Whom people ask who have nobody nearer: a name or an address of the platform team."""

    landscape: Annotated[Path | None, Field(alias="STUDIOGATE_LANDSCAPE")] = None
    """The landscape file, for the page that shows administrators who can open what; it is
    read when that page is first asked for, and again when it changes."""

    sts_endpoint: Annotated[WebUrl | None, Field(alias="AWS_ENDPOINT_URL_STS")] = None
    """Where STS is reached, in place of its regional name: its VPC endpoint."""

    sagemaker_endpoint: Annotated[WebUrl | None, Field(alias="AWS_ENDPOINT_URL_SAGEMAKER")] = (
        None
    )
    """Where the SageMaker API is reached; the same."""

    dynamodb_endpoint: Annotated[WebUrl | None, Field(alias="AWS_ENDPOINT_URL_DYNAMODB")] = None
    """Where DynamoDB is reached; the same."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings in `environ`; variables it does not know are left alone.

        Raises:
            SettingsError: naming each wrong variable, and never its value.
        """
        try:
            return cls.model_validate({name: value for name, value in environ.items() if value})
        except ValidationError as refused:
            lines = [_complaint(found) for found in refused.errors(include_input=False)]
        # Outside the `except`: neither cause nor context carries a value into a traceback.
        raise SettingsError(
            "\n".join(lines),
            remedy="Set the variables named above; docs/reference/settings.md lists them all.",
        )

    @property
    def endpoints(self) -> Mapping[str, str]:
        """Endpoint per service that is reached elsewhere than at its regional AWS name."""
        chosen = {
            "sts": self.sts_endpoint,
            "sagemaker": self.sagemaker_endpoint,
            "dynamodb": self.dynamodb_endpoint,
        }
        return {service: url for service, url in chosen.items() if url is not None}


def _complaint(found: Any) -> str:
    where = ".".join(str(step) for step in found["loc"] if step != "str")
    return f"{where}: {found['msg']}"
