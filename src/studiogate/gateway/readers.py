"""How the values of settings are read: texts in, values out, and no value in a complaint.

Plain `http` is only for loopback names and addresses.  How a wrong variable is complained about
is in `told`.
"""

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Literal
from urllib.parse import urlsplit

from studiogate import names
from studiogate.gateway.told import Secret, Wrong

_COOKIE_KEY_BYTES = 32
_SHORTEST_TABLE = 3

PLAIN = re.compile(r"[^\s<>](?:[ -~]{0,118}[^\s<>])?\Z")
"""What can be said in a sentence: as `contact` of the landscape."""

REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]{1,2}\Z")
ENDPOINT = re.compile(r"vpce-[a-z0-9-]+\Z")
NAME = re.compile(r"[a-z0-9](-?[a-z0-9]){0,39}\Z")
_PREFIX = re.compile(r"(?=.{2,40}\Z)(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,2}\Z")
"""Short: it is in the address that a sign-in comes back to, which a cookie keeps."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?\Z")

Proxy = Literal["unix"] | IPv4Network | IPv6Network


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine: RFC 6761 `localhost`, 127.0.0.0/8 or ::1."""
    return names.is_loopback_address(host) or host == "localhost" or host.endswith(".localhost")


def is_web(url: str) -> bool:
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


def web(url: str) -> str:
    """`url`, if it is one we speak to.

    Raises:
        Wrong: it cannot be.
    """
    if not is_web(url):
        raise Wrong("use an https URL (http only for localhost), without user or fragment")
    return url


def origin(text: str) -> str:
    """`text`, if it is one as browsers write it.

    Raises:
        Wrong: it cannot be.
    """
    if not is_web(text) or not _ORIGIN.match(text):
        raise Wrong("an origin is scheme://host[:port] in lower case, with nothing after")
    parts = urlsplit(text)
    if (parts.scheme, parts.port) in {("https", 443), ("http", 80)}:
        raise Wrong("leave the default port out, as browsers do")
    return text


def origins(text: str) -> frozenset[str]:
    """Origins, comma-separated.

    Raises:
        Wrong: it cannot be.
    """
    return frozenset(map(origin, some(text)))


def prefixes(text: str) -> frozenset[str]:
    """Beginnings of paths, comma-separated.

    Raises:
        Wrong: it cannot be.
    """
    found = frozenset(words(text))
    if not all(map(_PREFIX.match, found)):
        raise Wrong("a prefix is a short path such as /prod, without a slash at its end")
    return found


def studio_url(template: str) -> str:
    """`template`, if a domain's address can be made of it.

    Raises:
        Wrong: it cannot be.
    """
    try:
        url = template.format(domain_id="d-a", region="eu-west-1")
    except (KeyError, IndexError, ValueError):
        url = ""
    if not is_web(url) or not (urlsplit(url).hostname or "").startswith("d-a."):
        raise Wrong("the host must begin with {domain_id}. and may use {region}")
    return template


def words(text: str) -> list[str]:
    """The words of a comma-separated variable."""
    return [word.strip() for word in text.split(",") if word.strip()]


def some(text: str) -> list[str]:
    """The words of a variable that must have one.

    Raises:
        Wrong: it cannot be.
    """
    found = words(text)
    if not found:
        raise Wrong("names none")
    return found


def cookie_keys(text: str) -> tuple[Secret, ...]:
    """Keys of 32 bytes in base64, comma-separated.

    Raises:
        Wrong: it cannot be.
    """
    return tuple(map(_cookie_key, some(text)))


def _cookie_key(word: str) -> Secret:
    try:
        key = b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _COOKIE_KEY_BYTES:
        raise Wrong("each key is base64 of 32 random bytes")
    return Secret(key)


def proxies(text: str) -> tuple[Proxy, ...]:
    """Who may say where requests come from.

    Raises:
        Wrong: it cannot be.
    """
    return tuple(map(_proxy, words(text)))


def _proxy(word: str) -> Proxy:
    try:
        return "unix" if word == "unix" else ip_network(word)
    except ValueError:  # its text quotes the value
        pass
    raise Wrong("is neither `unix` nor a CIDR such as 10.0.0.0/24")


def matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    """Reads a text that is as `pattern` says."""

    def read(text: str) -> str:
        if not pattern.match(text):
            raise Wrong(what)
        return text

    return read


def table(text: str) -> str:
    """`text`, if it can be a table's name.

    Raises:
        Wrong: it cannot be.
    """
    if len(text) < _SHORTEST_TABLE:
        raise Wrong("a table's name has at least three characters")
    return text


def objects(text: str) -> Mapping[str, Mapping[str, Any]]:
    """A JSON object of objects under names of the landscape.

    Raises:
        Wrong: it is not that.
    """
    return _named(text, dict, 'objects, as {"corporate": {"issuer": "…"}}')


def secrets(text: str) -> Mapping[str, Secret]:
    """A JSON object of secrets under names of the landscape.

    Raises:
        Wrong: it is not that.
    """
    found = _named(text, str, 'texts, as {"corporate": "…"}')
    if not all(found.values()):
        raise Wrong("holds an empty secret")
    return {name: Secret(one.encode()) for name, one in found.items()}


def _named(text: str, kind: type, what: str) -> dict[str, Any]:
    """The JSON object in `text`, every member of `kind` and under a name of the landscape."""
    try:
        found = json.loads(text)
    except ValueError:  # its text quotes the value
        raise Wrong("is not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(one, kind) for one in found.values()):
        raise Wrong(f"is not a JSON object of {what}")
    if not all(map(NAME.match, found)):
        raise Wrong("a name is lower-case letters, digits and single inner hyphens")
    return found
