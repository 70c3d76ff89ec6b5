"""Signatures as the specification allows them, and as we do not: made by xmlsec, not by signxml.

`Signing` says every part of a `ds:Signature`; `signed` has xmlsec fill it in.  So a signature
that is refused for what it is was good in the eyes of somebody.  Identifiers as in
xmldsig-core1 and RFC 9231.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xmlsec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from lxml import etree
from xmlsec import constants

from tests.kit.saml_attacks import Scene
from tests.kit.saml_idp import DSIG, NOTHING, Raw, Said, SamlIdp, certificate, pem, private_key

EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
EXC_COMMENTS = f"{EXC}WithComments"
INC = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INC_COMMENTS = f"{INC}#WithComments"
INC_11 = "http://www.w3.org/2006/12/xml-c14n11"
ENVELOPED = f"{DSIG}enveloped-signature"
RSA_SHA1 = f"{DSIG}rsa-sha1"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
RSA_SHA256, RSA_SHA384, RSA_SHA512 = (f"{MORE}rsa-sha{bits}" for bits in (256, 384, 512))
RSA_MD5, RSA_RIPEMD = f"{MORE}rsa-md5", f"{MORE}rsa-ripemd160"
RSA_PSS = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
HMAC_SHA1, HMAC_SHA256 = f"{DSIG}hmac-sha1", f"{MORE}hmac-sha256"
SHA1, SHA256 = f"{DSIG}sha1", "http://www.w3.org/2001/04/xmlenc#sha256"
SHA224, SHA384 = f"{MORE}sha224", f"{MORE}sha384"
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"
MD5 = f"{MORE}md5"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
BASE64 = f"{DSIG}base64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A signature before it is made; as it stands, the one that every provider makes."""

    method: str = RSA_SHA256
    method_inside: Raw = NOTHING
    digest: str = SHA256
    c14n: str = EXC
    transforms: Sequence[str] = (ENVELOPED, EXC)
    """Algorithms, or whole `ds:Transform` elements as `Raw`."""

    uri: str | None = "#{id}"
    """`None`: no `URI` at all; `{id}` is that of the element that is signed."""

    reference_type: str | None = None
    references: int = 1
    other_reference: str = ""
    """A further `URI`, with a reference of its own."""

    key_info: Raw = NOTHING
    objects: Raw = NOTHING

    def xml(self, identifier: str) -> str:
        """The `ds:Signature` over what has `identifier`, with nothing filled in."""
        uris = [self.uri] * self.references + (
            [self.other_reference] if self.other_reference else []
        )
        references = "".join(self._reference(uri, identifier) for uri in uris)
        return (
            f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>'
            f'<ds:CanonicalizationMethod Algorithm="{self.c14n}"/>'
            f'<ds:SignatureMethod Algorithm="{self.method}">{self.method_inside}'
            f"</ds:SignatureMethod>{references}</ds:SignedInfo><ds:SignatureValue/>"
            f"{self.key_info}{self.objects}</ds:Signature>"
        )

    def _reference(self, uri: str | None, identifier: str) -> str:
        where = "" if uri is None else f' URI="{uri.replace("{id}", identifier)}"'
        kind = "" if self.reference_type is None else f' Type="{self.reference_type}"'
        transforms = "".join(
            each if isinstance(each, Raw) else f'<ds:Transform Algorithm="{each}"/>'
            for each in self.transforms
        )
        around = f"<ds:Transforms>{transforms}</ds:Transforms>" if transforms else ""
        return (
            f"<ds:Reference{where}{kind}>{around}"
            f'<ds:DigestMethod Algorithm="{self.digest}"/><ds:DigestValue/></ds:Reference>'
        )


def rsa_of(idp: SamlIdp) -> xmlsec.Key:
    """The provider's private key, for xmlsec."""
    data = private_key(idp.key, idp.bits).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return xmlsec.Key.from_memory(data, constants.KeyDataFormatPem)


def hmac_of(secret: bytes) -> xmlsec.Key:
    """`secret` as a key of HMAC."""
    return xmlsec.Key.from_binary_data(constants.KeyDataHmac, secret)


def public_bytes(idp: SamlIdp) -> dict[str, bytes]:
    """All that is public about the provider's key, in the ways it may be written."""
    public = private_key(idp.key, idp.bits).public_key()
    whole = certificate(idp.key, idp.bits)
    text = pem(whole)
    return {
        "certificate in PEM": text.encode(),
        "certificate in DER": whole.public_bytes(Encoding.DER),
        "certificate in base64": "".join(text.splitlines()[1:-1]).encode(),
        "public key in PEM": public.public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        ),
        "public key in DER": public.public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        ),
    }


def signed(
    scene: Scene,
    signing: Signing | None = None,
    *,
    key: xmlsec.Key | None = None,
    part: str = "assertion",
    **said: Any,
) -> str:
    """A response with a signature as `signing` says, by the provider or by `key`."""
    what: Said = scene.said(**said)
    how = signing or Signing()
    mine = how.xml(what.assertion_id if part == "assertion" else what.response_id)
    of_assertion, of_response = (mine, "") if part == "assertion" else ("", mine)
    root = etree.fromstring(
        what.response(what.assertion(place=of_assertion), place=of_response)
    )
    context = xmlsec.SignatureContext()
    context.key = key or rsa_of(scene.idp)
    for element in (root, *root):
        if element.get("ID"):
            context.register_id(element, "ID")
    context.sign(next(root.iter(f"{{{DSIG}}}Signature")))
    return etree.tostring(root, encoding="unicode")


def transform(algorithm: str, inside: str) -> Raw:
    """A transform that holds something."""
    return Raw(f'<ds:Transform Algorithm="{algorithm}">{inside}</ds:Transform>')


def with_certificate(idp: SamlIdp) -> Raw:
    """A `KeyInfo` with the certificate of `idp`."""
    body = "".join(pem(certificate(idp.key, idp.bits)).splitlines()[1:-1])
    return Raw(
        "<ds:KeyInfo><ds:X509Data>"
        f"<ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    )
