"""The gateway's settings: environment variables, read once, where a process begins.

Plain `http` is only for loopback names and addresses.  How a wrong variable is complained about
is in `told`.
"""

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from studiogate import names
from studiogate.gateway import told as environment
from studiogate.gateway.told import Secret, Wrong, told

_COOKIE_KEY_BYTES = 32
_SHORTEST_TABLE, _LONGEST_CLIENT = 3, 255

_PLAIN = re.compile(r"[^\s<>](?:[ -~]{0,118}[^\s<>])?\Z")
"""What can be said in a sentence: as `contact` of the landscape."""

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]{1,2}\Z")
_ENDPOINT = re.compile(r"vpce-[a-z0-9-]+\Z")
_NAME = re.compile(r"[a-z0-9](-?[a-z0-9]){0,39}\Z")
_PREFIX = re.compile(r"(?=.{2,40}\Z)(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,2}\Z")
"""Short: it is in the address that a sign-in comes back to, which a cookie keeps."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?\Z")

Proxy = Literal["unix"] | IPv4Network | IPv6Network


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
        raise Wrong("use an https URL (http only for localhost), without user or fragment")
    return url


def _origin(origin: str) -> str:
    if not _is_web(origin) or not _ORIGIN.match(origin):
        raise Wrong("an origin is scheme://host[:port] in lower case, with nothing after")
    parts = urlsplit(origin)
    if (parts.scheme, parts.port) in {("https", 443), ("http", 80)}:
        raise Wrong("leave the default port out, as browsers do")
    return origin


def _origins(text: str) -> frozenset[str]:
    return frozenset(map(_origin, _some(text)))


def _prefixes(text: str) -> frozenset[str]:
    found = frozenset(_words(text))
    if not all(map(_PREFIX.match, found)):
        raise Wrong("a prefix is a short path such as /prod, without a slash at its end")
    return found


def _studio_url(template: str) -> str:
    try:
        url = template.format(domain_id="d-a", region="eu-west-1")
    except (KeyError, IndexError, ValueError):
        url = ""
    if not _is_web(url) or not (urlsplit(url).hostname or "").startswith("d-a."):
        raise Wrong("the host must begin with {domain_id}. and may use {region}")
    return template


def _words(text: str) -> list[str]:
    """The words of a comma-separated variable."""
    return [word.strip() for word in text.split(",") if word.strip()]


def _some(text: str) -> list[str]:
    words = _words(text)
    if not words:
        raise Wrong("names none")
    return words


def _cookie_keys(text: str) -> tuple[Secret, ...]:
    return tuple(map(_cookie_key, _some(text)))


def _cookie_key(word: str) -> Secret:
    try:
        key = b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _COOKIE_KEY_BYTES:
        raise Wrong("each key is base64 of 32 random bytes")
    return Secret(key)


def _proxies(text: str) -> tuple[Proxy, ...]:
    return tuple(map(_proxy, _words(text)))


def _proxy(word: str) -> Proxy:
    try:
        return "unix" if word == "unix" else ip_network(word)
    except ValueError:  # its text quotes the value
        pass
    raise Wrong("is neither `unix` nor a CIDR such as 10.0.0.0/24")


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    """Reads a text that is as `pattern` says."""

    def read(text: str) -> str:
        if not pattern.match(text):
            raise Wrong(what)
        return text

    return read


def _table(text: str) -> str:
    if len(text) < _SHORTEST_TABLE:
        raise Wrong("a table's name has at least three characters")
    return text


@dataclass(frozen=True)
class IdpSettings:
    """One OpenID Connect provider, as the gateway needs it."""

    name: str
    """Name in the landscape, in `/signin/NAME` and in the record."""

    issuer: str
    """Exactly as the provider names itself in its tokens."""

    client_id: str
    """What the provider calls the gateway: the audience of its tokens."""

    username_claim: str = "preferred_username"
    """The claim that holds the sign-in name."""

    label: str = ""
    """What the portal's button says; the name where it is empty."""

    endpoint: str | None = None
    """Private address to reach the issuer at, in place of its public host; same paths."""


def _idps(text: str) -> Mapping[str, IdpSettings]:
    """Providers as JSON has them, each told its own name."""
    try:
        found = json.loads(text)
    except ValueError:  # its text quotes the value
        raise Wrong("is not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(idp, dict) for idp in found.values()):
        raise Wrong('is not a JSON object of objects, as {"corporate": {"issuer": "…"}}')
    if not found:
        raise Wrong("names none")
    return {name: _idp(name, members) for name, members in found.items()}


def _idp(name: str, members: Mapping[str, Any]) -> IdpSettings:
    """The provider called `name`, if it has every member it must and none besides."""
    if not _NAME.match(name):
        raise Wrong("a name is lower-case letters, digits and single inner hyphens")
    where = f".{name}"
    if not members.keys() <= _MEMBERS.keys():
        raise Wrong(f"has members besides {', '.join(_MEMBERS)}", within=where)
    missing = [member for member in ("issuer", "client_id") if member not in members]
    if missing:
        raise Wrong(f"has no {missing[0]}", within=where)
    for member, value in members.items():
        if not _MEMBERS[member](value):
            raise Wrong(_CANNOT_BE[member], within=f"{where}.{member}")
    return IdpSettings(name=name, **members)


_MEMBERS: Mapping[str, Callable[[Any], bool]] = {
    "issuer": lambda url: isinstance(url, str) and _is_web(url),
    "client_id": lambda id_: isinstance(id_, str) and 1 <= len(id_) <= _LONGEST_CLIENT,
    "username_claim": lambda claim: isinstance(claim, str) and claim != "",
    "label": lambda label: isinstance(label, str),
    "endpoint": lambda url: url is None or (isinstance(url, str) and _is_web(url)),
}
_URL = "use an https URL (http only for localhost), without user or fragment"
_CANNOT_BE = {
    "issuer": _URL,
    "client_id": "is a text of at most 255 characters",
    "username_claim": "is the name of a claim",
    "label": "is a text",
    "endpoint": _URL,
}


@dataclass(frozen=True, kw_only=True)
class AuthorizerSettings:
    """Everything the authorizer of the private API is told."""

    idps: Mapping[str, IdpSettings] = field(metadata=told("STUDIOGATE_IDPS", _idps))
    """OpenID Connect providers whose word counts, as the gateway has them."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings in `environ`; see `told`."""
        return environment.from_environment(cls, environ)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the gateway is told."""

    region: str = field(
        metadata=told("AWS_REGION", _matching(_REGION, "is not a Region, as eu-west-1"))
    )
    """The AWS Region of the tables, of STS and of every domain."""

    people_table: str = field(
        default=names.PEOPLE_TABLE, metadata=told("STUDIOGATE_PEOPLE_TABLE", _table)
    )
    """The DynamoDB table of people: who belongs to which line of business."""

    lobs_table: str = field(
        default=names.LOBS_TABLE, metadata=told("STUDIOGATE_LOBS_TABLE", _table)
    )
    """The DynamoDB table of lines of business: their accounts and domains."""

    origins: frozenset[str] = field(metadata=told("STUDIOGATE_ORIGINS", _origins))
    """Origins people reach this gateway by, comma-separated."""

    idps: Mapping[str, IdpSettings] = field(metadata=told("STUDIOGATE_IDPS", _idps))
    """OpenID Connect providers whose word counts, as JSON; see below."""

    cookie_keys: tuple[Secret, ...] = field(
        metadata=told("STUDIOGATE_COOKIE_KEYS", _cookie_keys)
    )
    """Keys of session cookies, comma-separated, each 32 random bytes in base64: the first
    seals, all open, so that keys can be changed while people are signed in."""

    studio_url: str = field(default="", metadata=told("STUDIOGATE_STUDIO_URL", _studio_url))
    """Where a domain's Studio answers; empty means AWS's own name in the region."""

    studio_endpoint: str | None = field(
        default=None, metadata=told("STUDIOGATE_STUDIO_ENDPOINT", _web)
    )
    """Where the gateway itself reaches Studio, when it looks whether a revoked person's session
    still lives; empty where the names of domains lead to the Studio endpoint."""

    ledger: str = field(metadata=told("STUDIOGATE_LEDGER", str))
    """File the record is appended to, `stdout`, or `table:` and a DynamoDB table's name."""

    trusted_proxies: tuple[Proxy, ...] = field(
        default=(), metadata=told("STUDIOGATE_TRUSTED_PROXIES", _proxies)
    )
    """Who may say where a request comes from: `unix` (the socket) and CIDRs."""

    prefixes: frozenset[str] = field(
        default=frozenset(), metadata=told("STUDIOGATE_PREFIXES", _prefixes)
    )
    """What a trusted proxy may take off the beginning of a path and say in
    `X-Forwarded-Prefix`, comma-separated; a function is told by API Gateway."""

    api_endpoint: str | None = field(
        default=None,
        metadata=told(
            "STUDIOGATE_API_ENDPOINT", _matching(_ENDPOINT, "is not as vpce-0a1b2c3d")
        ),
    )
    """In a Lambda function: the VPC endpoint of API Gateway that requests come through; from
    any other nothing opens."""

    contact: str | None = field(
        default=None,
        metadata=told(
            "STUDIOGATE_CONTACT", _matching(_PLAIN, "is not a name or an address in one line")
        ),
    )
    """Whom people ask who have nobody nearer: a name or an address of the platform team."""

    landscape: Path | None = field(default=None, metadata=told("STUDIOGATE_LANDSCAPE", Path))
    """The landscape file, for the page that shows administrators who can open what; it is
    read when that page is first asked for, and again when it changes."""

    sts_endpoint: str | None = field(default=None, metadata=told("AWS_ENDPOINT_URL_STS", _web))
    """Where STS is reached, in place of its regional name: its VPC endpoint."""

    sagemaker_endpoint: str | None = field(
        default=None, metadata=told("AWS_ENDPOINT_URL_SAGEMAKER", _web)
    )
    """Where the SageMaker API is reached; the same."""

    dynamodb_endpoint: str | None = field(
        default=None, metadata=told("AWS_ENDPOINT_URL_DYNAMODB", _web)
    )
    """Where DynamoDB is reached; the same."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings in `environ`; variables it does not know are left alone.

        Raises:
            SettingsError: naming each wrong variable, and never its value.
        """
        return environment.from_environment(cls, environ)

    @property
    def endpoints(self) -> Mapping[str, str]:
        """Endpoint per service that is reached elsewhere than at its regional AWS name."""
        chosen = {
            "sts": self.sts_endpoint,
            "sagemaker": self.sagemaker_endpoint,
            "dynamodb": self.dynamodb_endpoint,
        }
        return {service: url for service, url in chosen.items() if url is not None}
