"""What of a message is signed, and nothing else of it.

Every signature that is there must be good under a certificate the provider published; then the
very bytes the digest was made of are parsed anew, and only these are read from here on.  What
stands around them is not there any more.  Which bytes those are has been settled by `structure`
before: the element the signature stands in, whole.

Whose certificate the message itself carries says nothing (OWASP SAML Security, "static key
selector").  Sources: xmldsig-core1 §3.2, §8.1; saml-core-2.0-os §5.4.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Certificate
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from studiogate.gateway.saml.grammar import DIGESTS, SIGNATURES
from studiogate.gateway.saml.reading import ASSERTION, Element, child, parsed, parser
from studiogate.gateway.saml.structure import Shaped
from studiogate.gateway.signin.why import Why, unfinished, unreadable

_ASSERTION = f"{{{ASSERTION}}}Assertion"
_METHODS = frozenset(map(SignatureMethod, SIGNATURES))
_DIGESTS = frozenset(map(DigestAlgorithm, DIGESTS))


@dataclass(frozen=True, slots=True)
class Believed:
    """What the provider has signed."""

    assertion: Element
    """From signed bytes."""

    response: Element
    """From signed bytes where `response_signed`; else as it came, good for refusing only."""

    response_signed: bool


def believed(shape: Shaped, certificates: Sequence[Certificate], now: datetime) -> Believed:
    """What `certificates` prove of the message `shape`.

    Raises:
        NotSignedIn: it is not signed, or a signature on it is not good.
        Malformed: there is no assertion in what is signed.
    """
    if not shape.signed:
        raise unfinished(Why.SAML_UNSIGNED)
    proved = {each.tag: proved_by(each, certificates, now) for each in shape.signed}
    response = proved.get(shape.response.tag)
    assertion = proved.get(_ASSERTION)
    if assertion is None and response is not None:
        assertion = child(response, _ASSERTION)
    if assertion is None:
        raise unreadable(Why.SAML_STRUCTURE)
    if response is None:
        return Believed(assertion, shape.response, response_signed=False)
    return Believed(assertion, response, response_signed=True)


def proved_by(holder: Element, certificates: Sequence[Certificate], now: datetime) -> Element:
    """`holder`, parsed anew from the bytes that one of `certificates` signed at its place.

    Raises:
        NotSignedIn: none of them did.
    """
    root = holder.getroottree().getroot()
    place = "./" if holder is root else f"./{holder.tag}/"
    config = SignatureConfiguration(
        location=place,
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        ignore_ambiguous_key_info=True,
        verification_time=now,
    )
    document = etree.tostring(root)
    for certificate in certificates:
        data = _signed_bytes(document, certificate, config)
        if data is not None:
            return _same(parsed(data), holder)
    raise unfinished(Why.SAML_SIGNATURE)


def _signed_bytes(
    document: bytes, certificate: Certificate, config: SignatureConfiguration
) -> bytes | None:
    """The bytes that the owner of `certificate` signed in `document`; `None`: they did not."""
    # At its lowest level the library logs what it canonicalises: the whole message.
    logging.getLogger("signxml").setLevel(logging.INFO)
    try:
        found = XMLVerifier().verify(
            document,
            x509_cert=certificate,
            parser=parser(),
            id_attribute="ID",
            validate_schema=False,  # `grammar` is narrower, and reads no files
            expect_config=config,
        )
    except SignXMLException:
        return None
    return found.signed_data if isinstance(found, VerifyResult) else None


def _same(proved: Element, holder: Element) -> Element:
    """`proved`, if it is `holder` and no other part of the message."""
    if proved.tag != holder.tag or proved.get("ID") != holder.get("ID"):
        raise unfinished(Why.SAML_SIGNATURE)
    return proved
