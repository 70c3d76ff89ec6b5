"""What an application may ask: an AuthnRequest by HTTP-Redirect, read and judged.

It comes from anybody who can write a link, so nothing of it is believed: it chooses among the
addresses that are configured, and cannot name another.
Sources: saml-bindings-2.0-os, 3.4.4.1 (DEFLATE); saml-core-2.0-os, 3.4.1 (AuthnRequest).
"""

import base64
import binascii
import re
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lxml import etree

from studiogate.local.workforce.saml import (
    ASSERTION_NS,
    MAIL,
    POST,
    PROTOCOL_NS,
    UNSPECIFIED,
    Unreadable,
    moment,
    parsed,
)

LARGEST = 16_384
"""Characters of a request as it is sent."""

LARGEST_XML = 65_536
"""Bytes of a request as it is meant: what deflates better than that is a bomb."""

LONGEST_RELAY = 1024
RECENT = timedelta(minutes=10)
"""How far the clock of whoever asks may be from ours, the time on the way included."""

CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
"""How people sign in here: with a password."""

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{7,127}\Z")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_ATTRIBUTES = frozenset(
    {
        "ID", "Version", "IssueInstant", "Destination", "Consent", "ForceAuthn", "IsPassive",
        "ProtocolBinding", "AssertionConsumerServiceURL", "ProviderName",
    }
)  # fmt: skip
_ISSUER = f"{{{ASSERTION_NS}}}Issuer"
_NAME_ID_POLICY = f"{{{PROTOCOL_NS}}}NameIDPolicy"
_CONTEXT = f"{{{PROTOCOL_NS}}}RequestedAuthnContext"
_CLASS = f"{{{ASSERTION_NS}}}AuthnContextClassRef"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be answered."""

    id: str
    consumer: str | None
    """The configured address the answer goes to; `None` where the request leaves it to us."""

    relay: str | None = field(repr=False)
    """What goes back with the answer, untouched."""

    anew: bool
    """Whether the person must give their password, though they did before."""

    audience: str
    """What the application that asks calls itself."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a request is held against."""

    audience: str
    """What the application calls itself."""

    consumers: Collection[str]
    """The addresses it is configured with; matched whole."""

    locations: Collection[str]
    """The addresses requests are received at."""

    now: datetime


def read_request(given: Mapping[str, str], known: Known) -> Asked:
    """The request in the query parameters `given`.

    Raises:
        Unreadable: it is not one we answer; the message says why, in words for people.
    """
    relay = given.get("RelayState")
    if relay is not None and (len(relay) > LONGEST_RELAY or not relay.isprintable()):
        raise Unreadable("its RelayState is too long, or not text")
    root = parsed(_inflated(given))
    if root.tag != f"{{{PROTOCOL_NS}}}AuthnRequest":
        raise Unreadable("it is not an AuthnRequest")
    if not {str(name) for name in root.attrib} <= _ATTRIBUTES:
        raise Unreadable("it asks for what is not offered")
    _timely(root, known.now)
    _from_ours(root, known)
    _for_a_password(root)
    _modest(root)
    return Asked(
        id=str(root.get("ID")),
        consumer=_consumer(root, known.consumers),
        relay=relay,
        anew=_truth(root, "ForceAuthn"),
        audience=known.audience,
    )


def _inflated(given: Mapping[str, str]) -> bytes:
    """The XML of the request; never more of it than we read."""
    text = given.get("SAMLRequest", "")
    if not 0 < len(text) <= LARGEST:
        raise Unreadable("there is no SAMLRequest in it, or one that is too large")
    try:
        packed = base64.b64decode(text, validate=True)
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        plain = inflating.decompress(packed, LARGEST_XML + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise Unreadable("its SAMLRequest is not deflated and in base64") from None
    if len(plain) > LARGEST_XML:
        raise Unreadable("its SAMLRequest is too large")
    if not inflating.eof or inflating.unused_data:
        raise Unreadable("its SAMLRequest is not one whole message")
    return plain


def _timely(root: etree._Element, now: datetime) -> None:
    if root.get("Version") != "2.0" or not _ID.match(root.get("ID", "")):
        raise Unreadable("it is not of SAML 2.0, or has no fit ID")
    if abs(now - moment(root.get("IssueInstant", ""))) > RECENT:
        raise Unreadable("it was made too long ago, or by a clock that is wrong")


def _from_ours(root: etree._Element, known: Known) -> None:
    issuers = [each for each in root if each.tag == _ISSUER]
    if len(issuers) != 1 or len(issuers[0]) or issuers[0].text != known.audience:
        raise Unreadable("the application that asks is not registered here")
    if root.get("Destination") not in {None, *known.locations}:
        raise Unreadable("it is meant for another provider")


def _for_a_password(root: etree._Element) -> None:
    """Refuse whatever else is wanted: another kind of name, another way to sign in."""
    for each in root:
        if each.tag == _NAME_ID_POLICY:
            if each.get("Format", UNSPECIFIED) not in {MAIL, UNSPECIFIED} or len(each):
                raise Unreadable("it wants people under names that are not offered")
        elif each.tag == _CONTEXT:
            exact = each.get("Comparison", "exact") == "exact"
            if not exact or CONTEXT not in {one.text for one in each if one.tag == _CLASS}:
                raise Unreadable("it wants people to sign in in a way that is not offered")
        elif each.tag != _ISSUER:
            raise Unreadable("it asks for what is not offered")


def _modest(root: etree._Element) -> None:
    if _truth(root, "IsPassive"):
        raise Unreadable("it wants nobody to be asked, which is not offered")
    if root.get("ProtocolBinding", POST) != POST:
        raise Unreadable("it wants the answer in a way that is not offered")


def _consumer(root: etree._Element, consumers: Collection[str]) -> str | None:
    asked = root.get("AssertionConsumerServiceURL")
    if asked is not None and asked not in consumers:
        raise Unreadable("it wants the answer at an address that is not registered")
    return asked


def _truth(root: etree._Element, name: str) -> bool:
    try:
        return _TRUTH[root.get(name, "false")]
    except KeyError:
        raise Unreadable(f"its {name} is neither true nor false") from None
