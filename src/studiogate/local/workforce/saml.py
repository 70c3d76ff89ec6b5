"""SAML 2.0 as XML: its names, how its elements are written, and how a stranger's are read.

Sources: OASIS saml-core-2.0-os, saml-bindings-2.0-os, saml-metadata-2.0-os.
"""

import re
from datetime import UTC, datetime

from lxml import etree

ASSERTION_NS = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL_NS = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA_NS = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE_NS = "http://www.w3.org/2000/09/xmldsig#"

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

MAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"


class Vocabulary:
    """The elements of one namespace."""

    def __init__(self, prefix: str, namespace: str) -> None:
        self._namespace = namespace
        self._prefixes = {prefix: namespace}

    def __call__(
        self, name: str, *content: str | etree._Element, **attributes: str
    ) -> etree._Element:
        """The element `name`, with a text or with elements in it."""
        made = etree.Element(f"{{{self._namespace}}}{name}", attributes, self._prefixes)
        for each in content:
            if isinstance(each, str):
                made.text = each
            else:
                made.append(each)
        return made


ASSERTION = Vocabulary("saml2", ASSERTION_NS)
PROTOCOL = Vocabulary("saml2p", PROTOCOL_NS)
METADATA = Vocabulary("md", METADATA_NS)
SIGNATURE = Vocabulary("ds", SIGNATURE_NS)

_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z\Z", re.ASCII)


class Unreadable(ValueError):
    """A document that nobody honest writes; the message says why."""


def parsed(document: bytes) -> etree._Element:
    """The root of `document`: plain XML in UTF-8 that declares nothing and fetches nothing.

    Raises:
        Unreadable: it is anything else.
    """
    try:
        document.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8") from None
    if _DECLARES.search(document):
        raise Unreadable("it has a document type")
    reader = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        attribute_defaults=False,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(document, reader)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("it is not well-formed XML") from None
    if any(not isinstance(each.tag, str) for each in root.iter()):
        raise Unreadable("it has comments or processing instructions")
    return root


def written(root: etree._Element) -> bytes:
    """`root` as a document in UTF-8, with nothing added that a signature would miss."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def when(moment: datetime) -> str:
    """`moment` as SAML writes it: UTC, in milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The moment that `text` writes in UTC, which SAML demands (saml-core, 1.3.3).

    Raises:
        Unreadable: it is no such moment.
    """
    if not _TIME.match(text):
        raise Unreadable("a time in it is not written in UTC")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("a time in it does not exist") from None
