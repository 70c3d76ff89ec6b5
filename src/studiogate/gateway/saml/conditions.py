"""Whether what was signed was said to us, and about now: the checks of the browser profile.

Everything is compared character for character.  Times may be a minute off in our disfavour, and
no more.  Sources: saml-profiles-2.0-os §4.1.4.2, §4.1.4.3; saml-core-2.0-os §2.4, §2.5, §2.7.2.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from studiogate.gateway.saml.reading import (
    ASSERTION,
    Element,
    child,
    children,
    moment,
    said,
)
from studiogate.gateway.saml.signed import Believed
from studiogate.gateway.saml.structure import failed
from studiogate.gateway.signin.why import Why, unfinished

SKEW = timedelta(seconds=60)
"""How far a provider's clock may be from ours."""

FRESH = timedelta(minutes=10)
"""How long ago a message may have been issued: it has come straight from the provider."""

LONGEST_SIGNED_IN = timedelta(days=90)
"""How long ago the person may have authenticated: the longest session that IAM Identity Center
lets anybody configure (User Guide, "Configure session duration")."""

_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a message must say."""

    issuer: str
    """Entity id of the provider."""

    audience: str
    """Ours."""

    acs: str
    """Where it was posted, as the provider must have meant it."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a message that holds says besides attributes."""

    assertion_id: str
    usable_until: datetime
    """From then on it would be refused for its age alone."""

    in_response_to: str | None
    """The request it answers; `None`: nobody asked."""

    authenticated: datetime
    ends: datetime | None
    """When the provider's own session ends."""

    session_index: str | None


def stated(message: Believed, expected: Expected, now: datetime) -> Stated:
    """What `message` says, if it says it to us, now.

    Raises:
        NotSignedIn: it does not.
    """
    _response(message, expected, now)
    assertion = message.assertion
    if _issuer(assertion) != expected.issuer:
        raise unfinished(Why.SAML_ISSUER)
    issued = _issued(assertion, now)
    confirmation = _confirmation(assertion)
    if confirmation.get("Recipient") != expected.acs:
        raise unfinished(Why.SAML_RECIPIENT)
    confirmed = _required(confirmation.get("NotOnOrAfter"))
    _unless_over(confirmed, now)
    _conditions(assertion, expected.audience, now)
    statement = _statement(assertion)
    ends = _optional(statement.get("SessionNotOnOrAfter"))
    if ends is not None:
        _unless_over(ends, now)
    return Stated(
        assertion_id=str(assertion.get("ID")),
        usable_until=min(confirmed, issued + FRESH) + SKEW,
        in_response_to=_in_response_to(message.response, confirmation),
        authenticated=_authenticated(statement, now),
        ends=ends,
        session_index=statement.get("SessionIndex") or None,
    )


def _response(message: Believed, expected: Expected, now: datetime) -> None:
    """Return if what stands around the assertion does not speak against it."""
    response = message.response
    if failed(response):
        raise unfinished(Why.SAML_STATUS)
    issuer = _issuer(response)
    if issuer != expected.issuer and not (issuer is None and not message.response_signed):
        raise unfinished(Why.SAML_ISSUER)
    destination = response.get("Destination")
    absent = destination is None and not message.response_signed
    if destination != expected.acs and not absent:
        raise unfinished(Why.SAML_DESTINATION)
    _issued(response, now)


def _issuer(holder: Element) -> str | None:
    """The entity id in `holder`; `None` where it names none (saml-core §2.2.5)."""
    found = child(holder, f"{{{ASSERTION}}}Issuer")
    if found is not None and found.get("Format", _ENTITY) != _ENTITY:
        raise unfinished(Why.SAML_ISSUER)
    return said(found)


def _issued(holder: Element, now: datetime) -> datetime:
    """When `holder` was issued: a moment ago."""
    issued = _required(holder.get("IssueInstant"))
    if issued > now + SKEW:
        raise unfinished(Why.SAML_TIME)
    if now >= issued + FRESH + SKEW:
        raise unfinished(Why.SAML_TOO_OLD)
    return issued


def _confirmation(assertion: Element) -> Element:
    """What confirms the subject: one confirmation, by whoever bears the assertion."""
    subject = child(assertion, f"{{{ASSERTION}}}Subject")
    if subject is None:
        raise unfinished(Why.SAML_SUBJECT)
    found = children(subject, f"{{{ASSERTION}}}SubjectConfirmation")
    if len(found) != 1 or found[0].get("Method") != _BEARER:
        raise unfinished(Why.SAML_CONFIRMATION)
    data = child(found[0], f"{{{ASSERTION}}}SubjectConfirmationData")
    if data is None or data.get("NotBefore") is not None:
        raise unfinished(Why.SAML_CONFIRMATION)
    if data.get("NotOnOrAfter") is None:
        raise unfinished(Why.SAML_CONFIRMATION)
    return data


def _conditions(assertion: Element, audience: str, now: datetime) -> None:
    """Return if every condition holds; an audience must be among each restriction's."""
    found = child(assertion, f"{{{ASSERTION}}}Conditions")
    restrictions = (
        [] if found is None else children(found, f"{{{ASSERTION}}}AudienceRestriction")
    )
    for restriction in restrictions:
        if audience not in map(said, children(restriction, f"{{{ASSERTION}}}Audience")):
            raise unfinished(Why.SAML_AUDIENCE)
    if found is None or not restrictions:
        raise unfinished(Why.SAML_AUDIENCE)
    begins, ends = (_optional(found.get(name)) for name in ("NotBefore", "NotOnOrAfter"))
    if begins is not None and now < begins - SKEW:
        raise unfinished(Why.SAML_NOT_YET)
    if ends is not None:
        _unless_over(ends, now)


def _statement(assertion: Element) -> Element:
    found = children(assertion, f"{{{ASSERTION}}}AuthnStatement")
    if len(found) != 1:
        raise unfinished(Why.SAML_STATEMENT)
    return found[0]


def _authenticated(statement: Element, now: datetime) -> datetime:
    """When the person authenticated, which is past and not too long ago."""
    at = _required(statement.get("AuthnInstant"))
    if at > now + SKEW:
        raise unfinished(Why.SAML_TIME)
    if now >= at + LONGEST_SIGNED_IN:
        raise unfinished(Why.SAML_TOO_OLD)
    return at


def _in_response_to(response: Element, confirmation: Element) -> str | None:
    """The request that both the response and the confirmation answer, or neither."""
    said_twice = {response.get("InResponseTo"), confirmation.get("InResponseTo")}
    if len(said_twice) != 1:
        raise unfinished(Why.SAML_REQUEST)
    return said_twice.pop()


def _unless_over(ends: datetime, now: datetime) -> None:
    if now >= ends + SKEW:
        raise unfinished(Why.SAML_EXPIRED)


def _required(text: str | None) -> datetime:
    found = moment(text)
    if found is None:
        raise unfinished(Why.SAML_TIME)
    return found


def _optional(text: str | None) -> datetime | None:
    return None if text is None else _required(text)
