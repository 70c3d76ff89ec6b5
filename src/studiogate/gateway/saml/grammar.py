"""The grammar of a response, as data: what each element may carry and hold.

Narrower than the schemas by intent: no extensions, no advice, no decisions about other
resources, nothing encrypted, no signature over anything but its own parent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from studiogate.gateway.saml.reading import ASSERTION, DSIG, EXCLUSIVE, PROTOCOL, XSI, in_

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"

SIGNATURES: Mapping[str, str] = {
    f"{_MORE}rsa-sha256": "RSA",
    f"{_MORE}rsa-sha384": "RSA",
    f"{_MORE}rsa-sha512": "RSA",
    f"{_MORE}ecdsa-sha256": "EC",
    f"{_MORE}ecdsa-sha384": "EC",
    f"{_MORE}ecdsa-sha512": "EC",
}
"""Signature algorithms that count (RFC 6931), and the kind of key each is made with."""

DIGESTS = frozenset({f"{_ENC}sha256", f"{_MORE}sha384", f"{_ENC}sha512"})
"""Digests that count: SHA-256 and longer."""

_MANY = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """Children that stand together, in any order among themselves."""

    tags: frozenset[str]
    least: int = 0
    most: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element may carry and hold."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    children: tuple[Group, ...] = ()
    text: bool = False
    """Whether it holds text; it has no children then, unless it is a value."""


def _rule(must: str = "", may: str = "", *groups: Group, text: bool = False) -> Rule:
    return Rule(frozenset(must.split()), frozenset(may.split()), groups, text)


def _of(namespace: str, names: str, least: int = 0, most: int = 1) -> Group:
    return Group(frozenset(in_(namespace, *names.split())), least, most)


_TEXT = _rule(text=True)
_STEP = _rule("Algorithm", "", _of(EXCLUSIVE, "InclusiveNamespaces"))
_METHOD = _rule("Algorithm")
_NAME = _rule("", "Format NameQualifier SPNameQualifier SPProvidedID", text=True)
_HEAD = (_of(ASSERTION, "Issuer"), _of(DSIG, "Signature"))

_MESSAGE = {
    "Response": _rule(
        "ID Version IssueInstant",
        "Destination InResponseTo Consent",
        *_HEAD,
        _of(PROTOCOL, "Status", 1),
        _of(ASSERTION, "Assertion"),
    ),
    "Status": _rule(
        "",
        "",
        _of(PROTOCOL, "StatusCode", 1),
        _of(PROTOCOL, "StatusMessage"),
        _of(PROTOCOL, "StatusDetail"),
    ),
    "StatusCode": _rule("", "Value", _of(PROTOCOL, "StatusCode")),
    "StatusMessage": _TEXT,
    "StatusDetail": _TEXT,
}

_STATEMENTS = {
    "Assertion": _rule(
        "ID Version IssueInstant",
        "",
        *_HEAD,
        _of(ASSERTION, "Subject"),
        _of(ASSERTION, "Conditions"),
        _of(ASSERTION, "AuthnStatement AttributeStatement", 0, 8),
    ),
    "Issuer": _NAME,
    "Subject": _rule(
        "", "", _of(ASSERTION, "NameID"), _of(ASSERTION, "SubjectConfirmation", 0, 8)
    ),
    "NameID": _NAME,
    "SubjectConfirmation": _rule(
        "", "Method", _of(ASSERTION, "NameID"), _of(ASSERTION, "SubjectConfirmationData")
    ),
    "SubjectConfirmationData": _rule(
        "", "NotBefore NotOnOrAfter Recipient InResponseTo Address"
    ),
    "Conditions": _rule(
        "",
        "NotBefore NotOnOrAfter",
        _of(ASSERTION, "AudienceRestriction OneTimeUse ProxyRestriction", 0, 16),
    ),
    "AudienceRestriction": _rule("", "", _of(ASSERTION, "Audience", 0, 64)),
    "Audience": _TEXT,
    "OneTimeUse": _rule(),
    "ProxyRestriction": _rule("", "Count", _of(ASSERTION, "Audience", 0, 64)),
    "AuthnStatement": _rule(
        "AuthnInstant",
        "SessionIndex SessionNotOnOrAfter",
        _of(ASSERTION, "SubjectLocality"),
        _of(ASSERTION, "AuthnContext", 1),
    ),
    "SubjectLocality": _rule("", "Address DNSName"),
    "AuthnContext": _rule(
        "",
        "",
        _of(ASSERTION, "AuthnContextClassRef"),
        _of(ASSERTION, "AuthnContextDeclRef"),
        _of(ASSERTION, "AuthenticatingAuthority", 0, 16),
    ),
    "AuthnContextClassRef": _TEXT,
    "AuthnContextDeclRef": _TEXT,
    "AuthenticatingAuthority": _TEXT,
    "AttributeStatement": _rule("", "", _of(ASSERTION, "Attribute", 0, _MANY)),
    "Attribute": _rule(
        "Name", "NameFormat FriendlyName", _of(ASSERTION, "AttributeValue", 0, _MANY)
    ),
    "AttributeValue": _rule(
        "", f"{{{XSI}}}type {{{XSI}}}nil", _of(ASSERTION, "NameID"), text=True
    ),
}

_PROOFS = {
    "Signature": _rule(
        "",
        "Id",
        _of(DSIG, "SignedInfo", 1),
        _of(DSIG, "SignatureValue", 1),
        _of(DSIG, "KeyInfo"),
    ),
    "SignedInfo": _rule(
        "",
        "",
        _of(DSIG, "CanonicalizationMethod", 1),
        _of(DSIG, "SignatureMethod", 1),
        _of(DSIG, "Reference", 1),
    ),
    "CanonicalizationMethod": _STEP,
    "SignatureMethod": _METHOD,
    "Reference": _rule(
        "URI",
        "",
        _of(DSIG, "Transforms", 1),
        _of(DSIG, "DigestMethod", 1),
        _of(DSIG, "DigestValue", 1),
    ),
    "Transforms": _rule("", "", _of(DSIG, "Transform", 2, 2)),
    "Transform": _STEP,
    "DigestMethod": _METHOD,
    "DigestValue": _TEXT,
    "SignatureValue": _TEXT,
    # Whatever it says about keys is read by nobody: those that count are in the metadata.
    "KeyInfo": _rule("", "Id", _of(DSIG, "KeyName X509Data KeyValue", 0, 8)),
    "KeyName": _TEXT,
    "KeyValue": _rule("", "", _of(DSIG, "RSAKeyValue", 1)),
    "RSAKeyValue": _rule("", "", _of(DSIG, "Modulus", 1), _of(DSIG, "Exponent", 1)),
    "Modulus": _TEXT,
    "Exponent": _TEXT,
    "X509Data": _rule(
        "", "", _of(DSIG, "X509Certificate X509SubjectName X509IssuerSerial X509SKI", 1, 16)
    ),
    "X509Certificate": _TEXT,
    "X509SubjectName": _TEXT,
    "X509SKI": _TEXT,
    "X509IssuerSerial": _rule(
        "", "", _of(DSIG, "X509IssuerName", 1), _of(DSIG, "X509SerialNumber", 1)
    ),
    "X509IssuerName": _TEXT,
    "X509SerialNumber": _TEXT,
}


def _named(namespace: str, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    return {f"{{{namespace}}}{name}": rule for name, rule in rules.items()}


RULES: Mapping[str, Rule] = {
    **_named(PROTOCOL, _MESSAGE),
    **_named(ASSERTION, _STATEMENTS),
    **_named(DSIG, _PROOFS),
    f"{{{EXCLUSIVE}}}InclusiveNamespaces": _rule("PrefixList"),
}
"""By tag, every element there may be in a response."""
