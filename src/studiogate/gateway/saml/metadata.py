"""What a provider publishes about itself: who it is, where people sign in, what it signs with.

Metadata comes from an administrator, by file or by a private link; it is read as strictly as a
message all the same, because everything a message is believed for hangs on it.  A certificate
that cannot be used is left out and the others stay.  Sources: saml-metadata-2.0-os §2;
saml-metadata-iop §2.6 (a certificate is a wrapping for a key).
"""

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, load_der_x509_certificate

from studiogate.errors import Malformed
from studiogate.gateway.readers import is_web
from studiogate.gateway.saml.reading import (
    DSIG,
    METADATA,
    PROTOCOL,
    Element,
    child,
    children,
    in_,
    moment,
    parsed,
    said,
)

LARGEST_METADATA = 256 * 1024
SMALLEST_RSA_BITS, LARGEST_RSA_BITS = 2048, 8192
_F4 = 65537
_CURVES = frozenset({"secp256r1", "secp384r1"})
_MOST_CERTIFICATES = 16
_LONGEST_ENTITY = 1024
"""Characters of an entity id (saml-core §8.3.6)."""

_BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
_ENTITIES, _ENTITY, _IDP = in_(
    METADATA, "EntitiesDescriptor", "EntityDescriptor", "IDPSSODescriptor"
)
_KEY, _SSO = in_(METADATA, "KeyDescriptor", "SingleSignOnService")
_INFO, _X509, _CERTIFICATE = in_(DSIG, "KeyInfo", "X509Data", "X509Certificate")


class Unusable(Exception):
    """Metadata that a provider cannot be known by, and why; it quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class SamlProvider:
    """A provider, as its metadata has it."""

    entity_id: str
    certificates: tuple[Certificate, ...] = field(repr=False)
    """What it signs with: strong enough; whether each is of now is for `usable`."""

    sso_redirect: str | None
    """Where a browser is sent to sign in, with the request in the query."""

    sso_post: str | None
    valid_until: datetime | None
    """Aware UTC; from then on the document says nothing."""

    def usable(self, now: datetime) -> tuple[Certificate, ...]:
        """The certificates that count at `now`; none once the document is over.

        Metadata is a wrapping for keys, and its dates might be passed over; we hold to them, as
        whoever made the certificate meant them, and warn a month before.
        """
        if self.valid_until is not None and now >= self.valid_until:
            return ()
        return tuple(
            each
            for each in self.certificates
            if each.not_valid_before_utc <= now <= each.not_valid_after_utc
        )

    @property
    def prints(self) -> frozenset[str]:
        """The SHA-256 fingerprint of each certificate."""
        return frozenset(map(fingerprint, self.certificates))


def fingerprint(certificate: Certificate) -> str:
    """The SHA-256 fingerprint of `certificate`, in hexadecimal."""
    return certificate.fingerprint(SHA256()).hex()


def read(document: bytes) -> SamlProvider:
    """The provider that `document` describes.

    Raises:
        Unusable: it describes none, several, or one we cannot work with.
    """
    return described(root_of(document))


def root_of(document: bytes) -> Element:
    """The root of the metadata `document`.

    Raises:
        Unusable: it is too large, or not XML that we read.
    """
    if not 0 < len(document) <= LARGEST_METADATA:
        raise Unusable(f"the metadata is empty, or over {LARGEST_METADATA} bytes")
    try:
        return parsed(document, remarks=True)
    except Malformed as why:
        reason = why.recorded
    raise Unusable(f"the metadata is not XML that we read ({reason})")


def described(root: Element) -> SamlProvider:
    """The one provider that is described in the metadata under `root`.

    Raises:
        Unusable: there is none, or more than one, or one we cannot work with.
    """
    if root.tag not in {_ENTITIES, _ENTITY}:
        raise Unusable("the document is not SAML 2.0 metadata")
    found = [
        (entity, role)
        for entity in root.iter(_ENTITY)
        for role in children(entity, _IDP)
        if PROTOCOL in (role.get("protocolSupportEnumeration") or "").split()
    ]
    if len(found) != 1:
        raise Unusable(f"the metadata describes {len(found)} SAML 2.0 providers, and not one")
    entity, role = found[0]
    if (role.get("WantAuthnRequestsSigned") or "false").strip() not in {"false", "0"}:
        raise Unusable(
            "the provider wants requests signed, and this gateway has no key for that"
        )
    certificates = tuple(_certificates(role))
    if not certificates:
        raise Unusable(
            "the metadata holds no certificate to sign with that may be used: RSA of "
            f"{SMALLEST_RSA_BITS} bits and more, or EC on P-256 or P-384"
        )
    return SamlProvider(
        entity_id=_entity_id(entity),
        certificates=certificates,
        sso_redirect=_place(role, "HTTP-Redirect"),
        sso_post=_place(role, "HTTP-POST"),
        valid_until=_until(root, entity, role),
    )


def _entity_id(entity: Element) -> str:
    found = entity.get("entityID") or ""
    if not 0 < len(found) <= _LONGEST_ENTITY or not found.isprintable():
        raise Unusable("the metadata holds no entity id that can be one")
    return found


def _place(role: Element, binding: str) -> str | None:
    """Where people sign in by `binding`.

    Raises:
        Unusable: it is no https address.
    """
    places = [
        each.get("Location") or ""
        for each in children(role, _SSO)
        if each.get("Binding") == _BINDINGS + binding
    ]
    if not places:
        return None
    if not is_web(places[0]) or not urlsplit(places[0]).path.isascii():
        raise Unusable(f"the place to sign in at by {binding} is not an https URL")
    return places[0]


def _until(*holders: Element) -> datetime | None:
    """The first of the moments at which one of `holders` ends.

    Raises:
        Unusable: one of them cannot be read.
    """
    texts = [text for each in dict.fromkeys(holders) if (text := each.get("validUntil"))]
    ends = [moment(text) for text in texts]
    if None in ends:
        raise Unusable("validUntil is not a time with a zone")
    return min((each for each in ends if each is not None), default=None)


def _certificates(role: Element) -> Iterable[Certificate]:
    """Each certificate the provider signs with that is strong enough, once."""
    seen: set[str] = set()
    for key in children(role, _KEY):
        if key.get("use", "signing") != "signing":
            continue
        for text in _texts(key):
            found = _certificate(text)
            if found is None or fingerprint(found) in seen:
                continue
            if len(seen) == _MOST_CERTIFICATES:
                raise Unusable(f"the metadata holds over {_MOST_CERTIFICATES} certificates")
            seen.add(fingerprint(found))
            yield found


def _texts(key: Element) -> Iterable[str]:
    """The first certificate of each chain: the rest of a chain is whoever vouches for it."""
    for info in children(key, _INFO):
        for data in children(info, _X509):
            yield said(child(data, _CERTIFICATE)) or ""


def _certificate(text: str) -> Certificate | None:
    """The certificate in `text`, if its key is one we accept."""
    try:
        found = load_der_x509_certificate(b64decode("".join(text.split()), validate=True))
        key = found.public_key()
    except ValueError:  # UnsupportedAlgorithm is none: such a key is of no kind we know
        return None
    if isinstance(key, rsa.RSAPublicKey):
        strong = SMALLEST_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS
        exponent = key.public_numbers().e
        return found if strong and exponent >= _F4 and exponent % 2 else None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return found if key.curve.name in _CURVES else None
    return None
