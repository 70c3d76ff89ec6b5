"""A SAML provider for tests: its key, its metadata, and responses whose every field can be said.

`Said` is what a response says; `SamlIdp` signs it as providers do: RSA-SHA256, exclusive
canonicalisation, the signature right behind the issuer.  Values are escaped unless they are
`Raw`.  Names of elements and constants are those of saml-core-2.0-os.
"""

import base64
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

ENTITY = "https://idp.acme.example/saml"
AUDIENCE = "urn:studiogate:acme:demo"
ACS = "http://studio.acme.example/saml"
SSO = "https://idp.acme.example/sso"
PLACE = f'<ds:Signature xmlns:ds="{DSIG}" Id="placeholder"/>'
"""Where the signature will stand; signxml puts it there."""

BOTH, OF_ASSERTION, OF_RESPONSE = ("assertion", "response"), ("assertion",), ("response",)

MINUTES_5 = timedelta(minutes=5)
EPOCH, FAR = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)

When = datetime | timedelta | str | None
"""A time; an offset from `now`; a text in its place; `None`: absent."""


class Raw(str):
    """Text that is XML already: it goes into the message as it is."""

    __slots__ = ()


NOTHING = Raw("")


def _published() -> dict[str, Sequence[str]]:
    return {"username": ("user-lob-a",), "domain-id": ("d-forecasting",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a response says; `None` is absent, an empty text is there and empty."""

    now: datetime
    response_id: str = field(default_factory=lambda: f"_r{token_hex(16)}")
    assertion_id: str = field(default_factory=lambda: f"_a{token_hex(16)}")
    issuer: str | None = ENTITY
    assertion_issuer: str | None = ENTITY
    version: str = "2.0"
    assertion_version: str = "2.0"
    issued: When = timedelta()
    assertion_issued: When = timedelta()
    destination: str | None = ACS
    in_response_to: str | None = None
    """The request it answers; said of the response, and of the confirmation."""

    confirmed: str | None = None
    """What the confirmation answers, where it differs from `in_response_to`."""

    status: str | None = SUCCESS
    status_inside: Raw = NOTHING
    """What the `StatusCode` holds."""

    name_id: str | None = "ada@acme.example"
    name_format: str | None = EMAIL
    method: str | None = BEARER
    recipient: str | None = ACS
    confirmed_from: When = None
    confirmed_until: When = MINUTES_5
    conditions: bool = True
    valid_from: When = timedelta()
    valid_until: When = MINUTES_5
    audiences: Sequence[Sequence[str]] = ((AUDIENCE,),)
    """Each restriction, with its audiences."""

    in_conditions: Raw = NOTHING
    """What `Conditions` holds beside the restrictions."""

    authenticated: When = timedelta()
    session_index: str | None = "_session-1"
    session_until: When = None
    statement: bool = True
    """Whether there is an `AuthnStatement`."""

    attributes: Mapping[str, Sequence[str]] | Raw = field(default_factory=_published)
    more: Raw = NOTHING
    """What the assertion holds at its end."""

    def but(self, **changes: Any) -> "Said":
        """The same, with `changes`."""
        return replace(self, **changes)

    def assertion(self, *, place: str = "") -> str:
        """The assertion, with `place` where its signature will be."""
        head = _attributes(
            ID=self.assertion_id, Version=self.assertion_version, IssueInstant=self._at(self.assertion_issued)
        )  # fmt: skip
        body = [
            _element("saml:Issuer", self.assertion_issuer),
            place,
            self.subject(),
            self._conditions(),
            self._statement(),
            self._said_of_them(),
            self.more,
        ]
        return (
            f'<saml:Assertion xmlns:saml="{ASSERTION}"{head}>{"".join(body)}</saml:Assertion>'
        )

    def response(self, *assertions: str, place: str = "") -> str:
        """The response around `assertions`, with `place` where its signature will be."""
        head = _attributes(
            ID=self.response_id,
            Version=self.version,
            IssueInstant=self._at(self.issued),
            Destination=self.destination,
            InResponseTo=self.in_response_to,
        )
        spaces = f'xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}"'
        inside = [_element("saml:Issuer", self.issuer), place, self._status(), *assertions]
        return f"<samlp:Response {spaces}{head}>{''.join(inside)}</samlp:Response>"

    def subject(self) -> str:
        """The subject: the name and its confirmation."""
        data = _attributes(
            NotBefore=self._at(self.confirmed_from),
            NotOnOrAfter=self._at(self.confirmed_until),
            Recipient=self.recipient,
            InResponseTo=self.in_response_to if self.confirmed is None else self.confirmed,
        )
        name = _element("saml:NameID", self.name_id, Format=self.name_format)
        method = _attributes(Method=self.method)
        confirmation = (
            f"<saml:SubjectConfirmation{method}>"
            f"<saml:SubjectConfirmationData{data}/></saml:SubjectConfirmation>"
        )
        return f"<saml:Subject>{name}{confirmation}</saml:Subject>"

    def _conditions(self) -> str:
        if not self.conditions:
            return ""
        times = _attributes(
            NotBefore=self._at(self.valid_from), NotOnOrAfter=self._at(self.valid_until)
        )
        restrictions = [
            "<saml:AudienceRestriction>"
            + "".join(_element("saml:Audience", audience) for audience in restriction)
            + "</saml:AudienceRestriction>"
            for restriction in self.audiences
        ]
        inside = "".join(restrictions) + self.in_conditions
        return f"<saml:Conditions{times}>{inside}</saml:Conditions>"

    def _statement(self) -> str:
        if not self.statement:
            return ""
        facts = _attributes(
            AuthnInstant=self._at(self.authenticated),
            SessionIndex=self.session_index,
            SessionNotOnOrAfter=self._at(self.session_until),
        )
        how = _element("saml:AuthnContextClassRef", PASSWORD)
        return (
            f"<saml:AuthnStatement{facts}><saml:AuthnContext>{how}</saml:AuthnContext>"
            "</saml:AuthnStatement>"
        )

    def _said_of_them(self) -> str:
        if isinstance(self.attributes, Raw):
            return self.attributes
        inside = "".join(attribute(name, *values) for name, values in self.attributes.items())
        return f"<saml:AttributeStatement>{inside}</saml:AttributeStatement>" if inside else ""

    def _status(self) -> str:
        if self.status is None:
            return ""
        code = f"<samlp:StatusCode{_attributes(Value=self.status)}>{self.status_inside}</samlp:StatusCode>"
        return f"<samlp:Status>{code}</samlp:Status>"

    def _at(self, when: When) -> str | None:
        if isinstance(when, timedelta):
            return stamp(self.now + when)
        return stamp(when) if isinstance(when, datetime) else when


@dataclass(frozen=True, slots=True)
class Asked:
    """What an AuthnRequest asks that came by the HTTP-Redirect binding."""

    id: str
    relay: str | None
    issuer: str
    acs: str
    destination: str | None
    xml: bytes = field(repr=False)


@dataclass(frozen=True)
class SamlIdp:
    """A provider: says and signs; `key` names the key, the same name is the same key."""

    clock: Callable[[], datetime]
    entity: str = ENTITY
    key: str = "idp"
    bits: int = 2048

    def said(self, **changes: Any) -> Said:
        """A response that would sign in `user-lob-a`, but for `changes`."""
        good = Said(now=self.clock(), issuer=self.entity, assertion_issuer=self.entity)
        return good.but(**changes)

    def response(
        self,
        said: Said | None = None,
        *,
        sign: Collection[str] = ("assertion",),
        **changes: Any,
    ) -> bytes:
        """The response as XML, signed: `assertion`, `response`, both or nothing of it."""
        what = (said or self.said()).but(**changes)
        mark = PLACE if "assertion" in sign else ""
        assertion = what.assertion(place=mark)
        if mark:
            assertion = self.signed(assertion)
        mark = PLACE if "response" in sign else ""
        response = what.response(assertion, place=mark)
        return (self.signed(response) if mark else response).encode()

    def form(
        self,
        said: Said | None = None,
        *,
        sign: Collection[str] = ("assertion",),
        **changes: Any,
    ) -> dict[str, str]:
        """The fields of the form that a browser posts."""
        return {"SAMLResponse": encoded(self.response(said, sign=sign, **changes))}

    def signed(self, xml: str) -> str:
        """`xml`, its root signed; the signature stands where `PLACE` was."""
        root = etree.fromstring(xml)
        signer = XMLSigner(
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
        )
        done = signer.sign(
            root,
            key=private_key(self.key, self.bits),
            cert=pem(self.certificate()),
            reference_uri=f"#{root.get('ID')}",
        )
        return etree.tostring(done, encoding="unicode")

    def certificate(
        self, *, since: datetime = EPOCH, until: datetime = FAR
    ) -> x509.Certificate:
        """A self-signed certificate of the key."""
        return certificate(self.key, self.bits, since=since, until=until)

    def metadata(
        self, *certificates: x509.Certificate, sso: str = SSO, more: str = ""
    ) -> bytes:
        """What the provider publishes: its own certificate where none is named.

        `more` are further attributes of `IDPSSODescriptor`.
        """
        keys = "".join(map(_key_descriptor, certificates or (self.certificate(),)))
        places = "".join(
            f'<md:SingleSignOnService Binding="{binding}" Location={quoteattr(sso)}/>'
            for binding in (REDIRECT, POST)
        )
        return (
            f'<md:EntityDescriptor xmlns:md="{METADATA}" entityID={quoteattr(self.entity)}>'
            f'<md:IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}"{more}>'
            f"{keys}{places}</md:IDPSSODescriptor></md:EntityDescriptor>"
        ).encode()


def asked(location: str) -> Asked:
    """The request in the URL a browser was sent to."""
    query = parse_qs(urlsplit(location).query, strict_parsing=True)
    xml = zlib.decompress(base64.b64decode(query["SAMLRequest"][0], validate=True), -15)
    root = etree.fromstring(xml)
    relay = query.get("RelayState", [None])[0]
    return Asked(
        id=root.get("ID", ""),
        relay=relay,
        issuer=root.findtext(f"{{{ASSERTION}}}Issuer", ""),
        acs=root.get("AssertionConsumerServiceURL", ""),
        destination=root.get("Destination"),
        xml=xml,
    )


def encoded(xml: bytes | str) -> str:
    """`xml` as a form field has it (saml-bindings-2.0-os, 3.5.4)."""
    return base64.b64encode(xml.encode() if isinstance(xml, str) else xml).decode()


def stamp(when: datetime) -> str:
    """`when` as SAML writes times: UTC, to the millisecond."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def attribute(name: str, *values: str) -> str:
    """An attribute with its values."""
    inside = "".join(_element("saml:AttributeValue", value) for value in values)
    return f"<saml:Attribute Name={quoteattr(name)}>{inside}</saml:Attribute>"


@cache
def private_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The private key called `name`; made once, because making one is slow."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def certificate(
    name: str, bits: int = 2048, *, since: datetime = EPOCH, until: datetime = FAR
) -> x509.Certificate:
    """A self-signed certificate of the key called `name`."""
    key = private_key(name, bits)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(
        issuer_name=who, subject_name=who, public_key=key.public_key(), serial_number=1000,
        not_valid_before=since, not_valid_after=until,
    )  # fmt: skip
    return made.sign(key, SHA256())


def pem(one: x509.Certificate) -> str:
    """`one` in PEM."""
    return one.public_bytes(Encoding.PEM).decode()


def der64(one: x509.Certificate) -> str:
    """`one` as `X509Certificate` holds it."""
    return base64.b64encode(one.public_bytes(Encoding.DER)).decode()


def _key_descriptor(one: x509.Certificate) -> str:
    return (
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{DSIG}"><ds:X509Data>'
        f"<ds:X509Certificate>{der64(one)}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def _attributes(**values: str | None) -> str:
    there = {name: value for name, value in values.items() if value is not None}
    return "".join(f" {name}={quoteattr(value)}" for name, value in there.items())


def _element(name: str, text: str | None, **attributes: str | None) -> str:
    if text is None:
        return ""
    inside = text if isinstance(text, Raw) else escape(text)
    return f"<{name}{_attributes(**attributes)}>{inside}</{name}>"
