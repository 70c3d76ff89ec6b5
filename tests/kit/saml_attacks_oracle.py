"""A second opinion on signatures: xmlsec, which shares no code with what the gateway verifies by."""

import base64
from dataclasses import dataclass
from urllib.parse import parse_qs

import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from xmlsec import constants

from tests.kit.saml_attacks import FORM, Post
from tests.kit.saml_idp import ASSERTION, DSIG, PROTOCOL, SamlIdp

NOT_GOOD = {"saml-unsigned", "saml-signature"}
STRICTER = {
    "saml-algorithm": "made in a way that proves little, or of more than one reading",
    "saml-structure": "not the shape of a response, or two readings of it",
    "saml-encrypted": "hidden from whoever reads",
    "saml-status": "nobody signed in, whoever signed that",
    "saml-encoding": "not UTF-8",
    "saml-doctype": "a document type",
    "saml-xml": "not XML",
    "saml-form": "not one message",
    "saml-provider": "of nobody we know",
    "saml-issuer": "of nobody at all",
}
"""Said before a signature is looked at; whatever it is, nobody is signed in."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What xmlsec says of a message."""

    signatures: int
    all_good: bool
    """Every signature is good, by the provider's key."""

    read: bool
    """What would be read is what is signed: the root, or its only assertion, whole."""

    @property
    def good(self) -> bool:
        """Whether a reader of the signed part reads what the provider signed."""
        return self.signatures > 0 and self.all_good and self.read


def opinion(post: Post, idp: SamlIdp) -> Opinion | None:
    """What xmlsec says of the message in `post`; `None` where there is no XML in it."""
    root = _root(post)
    if root is None:
        return None
    signatures = list(root.iter(f"{{{DSIG}}}Signature"))
    good = [signature for signature in signatures if _is_good(root, signature, idp)]
    return Opinion(
        signatures=len(signatures),
        all_good=len(good) == len(signatures),
        read=any(_is_read(root, signature) for signature in good),
    )


def agreed(reason: str, other: Opinion) -> bool:
    """Whether the gateway is right to give `reason`, or to sign in (`ok`), where `other` holds."""
    if reason in NOT_GOOD:
        return not other.good
    return other.good or reason in STRICTER


def _root(post: Post) -> etree._Element | None:
    if post.kind != FORM:
        return None
    values = parse_qs(post.body.decode("latin-1"), keep_blank_values=True).get("SAMLResponse")
    if not values or len(values) != 1:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(base64.b64decode(values[0], validate=True), parser)
    except (ValueError, etree.XMLSyntaxError):
        return None


def _is_good(root: etree._Element, signature: etree._Element, idp: SamlIdp) -> bool:
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        idp.certificate().public_bytes(Encoding.PEM), constants.KeyDataFormatCertPem
    )
    for element in root.iter("*"):
        if element.get("ID"):
            try:
                context.register_id(element, "ID")
            except xmlsec.Error:
                return False  # there twice: which of them is meant?
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def _is_read(root: etree._Element, signature: etree._Element) -> bool:
    """Whether the signature is over the response, or over its only assertion."""
    holder = signature.getparent()
    references = [one.get("URI") for one in signature.iter(f"{{{DSIG}}}Reference")]
    if holder is None or references != [f"#{holder.get('ID')}"]:
        return False
    assertions = list(root.iter(f"{{{ASSERTION}}}Assertion"))
    only = len(assertions) == 1 and assertions[0].getparent() is root
    whole = root.tag == f"{{{PROTOCOL}}}Response" and only
    return whole and (holder is root or holder is assertions[0])
