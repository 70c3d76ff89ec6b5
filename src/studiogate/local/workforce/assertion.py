"""What the access portal says about a person: a SAML response with one signed assertion.

As a custom SAML 2.0 application of IAM Identity Center: the subject is an e-mail address,
attributes are mapped by hand, RSA with SHA-256 over the assertion, exclusive canonical XML.
Sources: saml-profiles-2.0-os, 4.1.4.2; saml-core-2.0-os, 5.4 (signature profile).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from studiogate.local.workforce.asked import CONTEXT
from studiogate.local.workforce.certificates import Pair
from studiogate.local.workforce.saml import (
    ASSERTION,
    MAIL,
    PROTOCOL,
    SIGNATURE,
    when,
    written,
)

LIVES = timedelta(minutes=5)
"""How long an assertion may be on its way."""

SESSION_LASTS = timedelta(hours=8)
"""How long a sign-in counts, from the password on; IAM Identity Center's own default."""

_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about whom, and to whom."""

    issuer: str
    audience: str
    consumer: str
    """Where it is to be posted."""

    subject: str
    attributes: Mapping[str, tuple[str, ...]]
    signed_in_at: datetime
    session: str
    in_response_to: str | None = None
    """The request this answers; `None` if the person came by themselves."""


def response(said: Said, pair: Pair, *, now: datetime) -> bytes:
    """The response that says it, its assertion signed by `pair`, as a document in UTF-8."""
    signed = _signed(_assertion(said, now), pair)
    root = PROTOCOL(
        "Response",
        ASSERTION("Issuer", said.issuer),
        PROTOCOL("Status", PROTOCOL("StatusCode", Value=_SUCCESS)),
        ID=_new_id(),
        Version="2.0",
        IssueInstant=when(now),
        Destination=said.consumer,
        **_answering(said),
    )
    root.append(signed)
    return written(root)


def _assertion(said: Said, now: datetime) -> etree._Element:
    return ASSERTION(
        "Assertion",
        ASSERTION("Issuer", said.issuer),
        SIGNATURE("Signature", Id="placeholder"),
        _subject(said, now),
        ASSERTION(
            "Conditions",
            ASSERTION("AudienceRestriction", ASSERTION("Audience", said.audience)),
            NotBefore=when(now - LIVES),
            NotOnOrAfter=when(now + LIVES),
        ),
        ASSERTION(
            "AuthnStatement",
            ASSERTION("AuthnContext", ASSERTION("AuthnContextClassRef", CONTEXT)),
            AuthnInstant=when(said.signed_in_at),
            SessionIndex=said.session,
            SessionNotOnOrAfter=when(said.signed_in_at + SESSION_LASTS),
        ),
        ASSERTION(
            "AttributeStatement",
            *(_attribute(name, values) for name, values in said.attributes.items() if values),
        ),
        ID=_new_id(),
        Version="2.0",
        IssueInstant=when(now),
    )


def _subject(said: Said, now: datetime) -> etree._Element:
    data = ASSERTION(
        "SubjectConfirmationData",
        NotOnOrAfter=when(now + LIVES),
        Recipient=said.consumer,
        **_answering(said),
    )
    return ASSERTION(
        "Subject",
        ASSERTION("NameID", said.subject, Format=MAIL),
        ASSERTION("SubjectConfirmation", data, Method=_BEARER),
    )


def _attribute(name: str, values: tuple[str, ...]) -> etree._Element:
    return ASSERTION(
        "Attribute",
        *(ASSERTION("AttributeValue", value) for value in values),
        Name=name,
        NameFormat=_BASIC,
    )


def _answering(said: Said) -> dict[str, str]:
    return {"InResponseTo": said.in_response_to} if said.in_response_to else {}


def _signed(assertion: etree._Element, pair: Pair) -> etree._Element:
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return signer.sign(
        assertion,
        key=pair.key,
        cert=[pair.certificate],
        reference_uri=str(assertion.get("ID")),
        id_attribute="ID",
    )


def _new_id() -> str:
    """An ID nobody has had: an XML name must not begin with a digit."""
    return f"_{secrets.token_hex(20)}"
