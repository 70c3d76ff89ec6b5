"""Identity providers, as the gateway is told of them: who they are, and how they are read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.gateway.readers import is_web, objects
from studiogate.gateway.told import Wrong

_LONGEST_CLIENT = 255
_LONGEST_TEXT = 1024
_MOST = 16
_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}\Z")

ALGORITHMS = ("RS256", "ES256", "PS256", "RS384", "RS512", "ES384", "PS384", "PS512", "EdDSA")
"""Signatures of tokens that may be allowed for a provider (RFC 7518, RFC 8037); no HMAC."""


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

    groups_claim: str = "groups"
    """The claim that lists the person's groups; a token without it says nothing about them."""

    label: str = ""
    """What the portal's button says; the name where it is empty."""

    endpoint: str | None = None
    """Private address to reach the issuer at, in place of its public host; same paths."""

    audiences: tuple[str, ...] = ()
    """Whom bearer tokens may be for; `client_id` where it is empty."""

    algorithms: tuple[str, ...] = ("RS256", "ES256")
    """The signatures that count."""

    keys_host: str | None = None
    """The one other host that its key set may be on, besides the issuer's own."""


@dataclass(frozen=True)
class SamlSettings:
    """One SAML provider, as the gateway needs it; what it published is in the idps table."""

    name: str
    """Name in the landscape, in `/signin/NAME` and in the record."""

    audience: str
    """What the provider calls the gateway: our entity id, and the Audience of assertions."""

    person: str = "username"
    """The attribute that holds the sign-in name."""

    domain: str = "domain-id"
    """The attribute that holds the wish for a domain, by its AWS id."""

    groups: str = "groups"
    """The attribute that lists groups; an assertion without it says nothing about them."""

    label: str = ""
    """What the portal's button says; the name where it is empty."""

    metadata_url: str | None = None
    """Where the provider publishes its metadata, for certificates that are rolled over."""

    unsolicited: bool = True
    """Whether an assertion that nobody here asked for, as tiles send it, signs somebody in."""


def oidc_idps(text: str) -> Mapping[str, IdpSettings]:
    """OpenID Connect providers as JSON has them, each told its own name.

    Raises:
        Wrong: what cannot be, and where; never its value.
    """
    found = objects(text)
    return {
        name: IdpSettings(name=name, **_members(name, one, _OIDC))
        for name, one in found.items()
    }


def saml_idps(text: str) -> Mapping[str, SamlSettings]:
    """SAML providers as JSON has them, each told its own name.

    Raises:
        Wrong: what cannot be, and where; never its value.
    """
    found = objects(text)
    return {
        name: SamlSettings(name=name, **_members(name, one, _SAML))
        for name, one in found.items()
    }


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of a provider: what it can be, and how that is said."""

    fits: Callable[[Any], bool]
    otherwise: str
    required: bool = False


def _members(
    name: str, found: Mapping[str, Any], known: Mapping[str, _Member]
) -> dict[str, Any]:
    """The members of the provider `name`, if it has every one it must and none besides."""
    where = f".{name}"
    if not found.keys() <= known.keys():
        raise Wrong(f"has members besides {', '.join(known)}", within=where)
    missing = [member for member, one in known.items() if one.required and member not in found]
    if missing:
        raise Wrong(f"has no {missing[0]}", within=where)
    for member, value in found.items():
        if not known[member].fits(value):
            raise Wrong(known[member].otherwise, within=f"{where}.{member}")
    return {
        one: tuple(value) if isinstance(value, list) else value for one, value in found.items()
    }


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST_TEXT and value.isprintable()


def _is_url(value: object) -> bool:
    return isinstance(value, str) and is_web(value)


def _is_host(value: object) -> bool:
    return isinstance(value, str) and _HOST.match(value) is not None


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and 1 <= len(value) <= _MOST and all(map(_is_text, value))


def _are_algorithms(value: object) -> bool:
    return _are_texts(value) and isinstance(value, list) and set(value) <= set(ALGORITHMS)


_URL = "use an https URL (http only for localhost), without user or fragment"
_NAMED = "is a text of at most 1,024 printable characters"
_LABEL = _Member(lambda label: isinstance(label, str), "is a text")
_OIDC = {
    "issuer": _Member(_is_url, _URL, required=True),
    "client_id": _Member(
        lambda id_: isinstance(id_, str) and 1 <= len(id_) <= _LONGEST_CLIENT,
        "is a text of at most 255 characters",
        required=True,
    ),
    "username_claim": _Member(_is_text, "is the name of a claim"),
    "groups_claim": _Member(_is_text, "is the name of a claim"),
    "label": _LABEL,
    "endpoint": _Member(lambda url: url is None or _is_url(url), _URL),
    "audiences": _Member(_are_texts, "is a list of texts"),
    "algorithms": _Member(_are_algorithms, f"is a list of some of {', '.join(ALGORITHMS)}"),
    "keys_host": _Member(_is_host, "is the name of a host in lower case, and nothing besides"),
}
_SAML = {
    "audience": _Member(_is_text, _NAMED, required=True),
    "person": _Member(_is_text, "is the name of an attribute"),
    "domain": _Member(_is_text, "is the name of an attribute"),
    "groups": _Member(_is_text, "is the name of an attribute"),
    "label": _LABEL,
    "metadata_url": _Member(lambda url: url is None or _is_url(url), _URL),
    "unsolicited": _Member(lambda taken: isinstance(taken, bool), "is true or false"),
}
