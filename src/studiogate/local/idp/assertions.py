"""A user pool as SAML service provider: the request it sends, and the answer it believes.

The checks are the gateway's own, held against the pool's name and address: what is not signed
by a certificate in the configured metadata is not read.  Only what the pool asked for counts.
Sources: Cognito developer guide, "Using SP-initiated SAML sign-in", "Things to know about SAML
IdPs"; saml-bindings-2.0-os §3.4.4; saml-core-2.0-os §3.4.1.
"""

import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from studiogate.gateway.saml.asking import POST
from studiogate.gateway.saml.conditions import Expected, stated
from studiogate.gateway.saml.message import Posted
from studiogate.gateway.saml.metadata import SamlProvider, Unusable, read
from studiogate.gateway.saml.reading import (
    ASSERTION,
    PROTOCOL,
    Element,
    child,
    children,
    parsed,
    said,
)
from studiogate.gateway.saml.signed import believed
from studiogate.gateway.saml.structure import shaped
from studiogate.local.idp.providers import Unfit


@dataclass(frozen=True, slots=True)
class Trip:
    """What a request to a provider says."""

    id: str
    issuer: str
    """What the pool calls itself."""

    consumer: str
    """Where the answer is to be posted."""

    relay: str
    anew: bool
    """Whether the person must give their password, though they did before."""


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a provider has signed about somebody."""

    subject: str
    attributes: Mapping[str, tuple[str, ...]]
    answers: str | None
    """The request it answers; `None`: nobody asked."""


def entity_id(pool_id: str) -> str:
    """What the pool calls itself to providers."""
    return f"urn:amazon:cognito:sp:{pool_id}"


def provider_in(document: str, *, now: datetime) -> SamlProvider:
    """The provider that the metadata `document` describes.

    Raises:
        Unfit: it describes none that could be asked now.
    """
    try:
        found = read(document.encode("utf-8"))
    except Unusable as why:
        raise Unfit(f"Invalid metadata: {why}") from None
    if found.sso_redirect is None:
        raise Unfit("Invalid metadata: there is no SingleSignOnService by HTTP-Redirect")
    if not found.usable(now):
        raise Unfit("Invalid metadata: no certificate in it is valid now")
    return found


def departure(provider: SamlProvider, trip: Trip, *, now: datetime) -> str:
    """The address that takes a browser to `provider` with the request `trip`."""
    there = provider.sso_redirect or ""
    anew = ' ForceAuthn="true"' if trip.anew else ""
    xml = (
        f'<samlp:AuthnRequest xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" '
        f'ID={quoteattr(trip.id)} Version="2.0" '
        f'IssueInstant="{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" '
        f"Destination={quoteattr(there)} ProtocolBinding={quoteattr(POST)} "
        f"AssertionConsumerServiceURL={quoteattr(trip.consumer)}{anew}>"
        f"<saml:Issuer>{escape(trip.issuer)}</saml:Issuer></samlp:AuthnRequest>"
    )
    packed = zlib.compress(xml.encode("utf-8"), level=9, wbits=-zlib.MAX_WBITS)
    asked = {"SAMLRequest": b64encode(packed).decode("ascii"), "RelayState": trip.relay}
    return there + ("&" if "?" in there else "?") + urlencode(asked)


def asserted(
    form: Posted, provider: SamlProvider, *, audience: str, consumer: str, now: datetime
) -> Asserted:
    """What `provider` says to `audience` in the posted `form`, if it signed it for now.

    Raises:
        NotSignedIn: it did not.
        Malformed: it is no response that we read.
        Unfit: it says something that cannot be entered.
    """
    shape = shaped(parsed(form.message))
    message = believed(shape, provider.usable(now), now)
    facts = stated(message, Expected(provider.entity_id, audience, consumer), now)
    return Asserted(
        subject=_subject(message.assertion),
        attributes=_attributes(message.assertion),
        answers=facts.in_response_to,
    )


def _subject(assertion: Element) -> str:
    subject = child(assertion, f"{{{ASSERTION}}}Subject")
    name = None if subject is None else child(subject, f"{{{ASSERTION}}}NameID")
    return said(name) or ""


def _attributes(assertion: Element) -> Mapping[str, tuple[str, ...]]:
    """Every attribute with all of its values; one that is there twice has those of both."""
    found: dict[str, tuple[str, ...]] = {}
    for statement in children(assertion, f"{{{ASSERTION}}}AttributeStatement"):
        for each in children(statement, f"{{{ASSERTION}}}Attribute"):
            name = str(each.get("Name"))
            values = children(each, f"{{{ASSERTION}}}AttributeValue")
            found[name] = (*found.get(name, ()), *map(_text, values))
    return found


def _text(value: Element) -> str:
    text = said(value)
    if len(value) or not text:
        raise Unfit("the emulated user pool takes attributes that are text, and not empty")
    return text
