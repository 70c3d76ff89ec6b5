"""The provider's metadata: the document, and the file that the landscape says it is in.

The file is what an administrator would download from the access portal's settings and put
beside the landscape.  Here it is put there by itself, but never over somebody else's.
Source: saml-metadata-2.0-os, 2.4.3 (IDPSSODescriptor).
"""

import base64
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from studiogate.errors import StartError
from studiogate.local.workforce.saml import (
    MAIL,
    METADATA,
    METADATA_NS,
    PROTOCOL_NS,
    REDIRECT,
    SIGNATURE,
    Unreadable,
    parsed,
    written,
)

MEDIA_TYPE = "application/samlmetadata+xml"


def metadata(entity_id: str, location: str, certificates: Iterable[x509.Certificate]) -> bytes:
    """The metadata of `entity_id`, which receives requests at `location`."""
    descriptor = METADATA(
        "IDPSSODescriptor",
        *(_key(each) for each in certificates),
        METADATA("NameIDFormat", MAIL),
        METADATA("SingleSignOnService", Binding=REDIRECT, Location=location),
        protocolSupportEnumeration=PROTOCOL_NS,
        WantAuthnRequestsSigned="false",
    )
    return written(METADATA("EntityDescriptor", descriptor, entityID=entity_id))


def put_metadata(path: Path, document: bytes, *, entity_id: str, key: str) -> None:
    """Write `document` to `path`, whole or not at all, unless another provider's is there.

    `key` is where the landscape names the file.

    Raises:
        StartError: another provider's metadata is there, or the file cannot be written.
    """
    if path.exists() and not _is_of(path, entity_id):
        raise StartError(
            f"{path}, which {key} names, was not written by this emulation",
            remedy=f"Let {key} name another file: the emulated provider writes its own there. "
            "To use a real provider's, apply the landscape to AWS.",
        )
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(document)
        draft.replace(path)
    except OSError as exc:
        raise StartError(
            f"{path}, which {key} names, cannot be written: {exc.strerror}",
            remedy="Put the landscape where you may write beside it.",
        ) from exc


def _is_of(path: Path, entity_id: str) -> bool:
    try:
        root = parsed(path.read_bytes())
    except (OSError, Unreadable):
        return False
    return (
        root.tag == f"{{{METADATA_NS}}}EntityDescriptor" and root.get("entityID") == entity_id
    )


def _key(certificate: x509.Certificate) -> etree._Element:
    text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")
    data = SIGNATURE("X509Data", SIGNATURE("X509Certificate", text))
    return METADATA("KeyDescriptor", SIGNATURE("KeyInfo", data), use="signing")
