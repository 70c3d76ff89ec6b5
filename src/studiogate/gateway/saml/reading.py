"""Bytes to a tree of XML, in the one way everything here reads XML.

No document type, so no entities; nothing is fetched, defaulted or recovered; UTF-8 and nothing
else, whatever the document says of itself; no comments and no processing instructions, at which
readers have been known to cut texts short.  Sources: OWASP XML Security and SAML Security cheat
sheets; saml-core-2.0-os §1.3.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from studiogate.gateway.signin.why import Why, unreadable

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for it

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

MOST_TAGS = 20_000
"""Of one document: its size alone would let it have a hundred thousand."""

MOST_SPACES = 32
"""Namespaces that one tag may declare: making a part of a document canonical takes time by the
square of what its parents declare, and comes before anybody is known to have signed."""

_BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(
    rb"""<\?xml\s+version=["']1\.0["'](\s+encoding=["'][Uu][Tt][Ff]-8["'])?"""
    rb"""(\s+standalone=["'](yes|no)["'])?\s*\?>"""
)
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,12}))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,255}\Z")


def parser(*, remarks: bool = False) -> etree.XMLParser:
    """A parser that does nothing but parse; with `remarks`, it passes over comments."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=remarks,
        remove_pis=remarks,
    )


def parsed(raw: bytes, *, remarks: bool = False) -> Element:
    """The root of the document `raw`; with `remarks`, its comments are passed over.

    Raises:
        Malformed: it is not one that we read; nothing of it is quoted.
    """
    _spelt(raw)
    try:
        root: Element = etree.fromstring(raw, parser(remarks=remarks))
    except (etree.XMLSyntaxError, ValueError):
        root = None  # type: ignore[assignment] # raised below: a parse error quotes what it read
    if root is None:
        raise unreadable(Why.SAML_XML)
    _plain(root)
    return root


def in_(namespace: str, *names: str) -> tuple[str, ...]:
    """`names` of `namespace` as lxml writes them."""
    return tuple(f"{{{namespace}}}{name}" for name in names)


def child(parent: Element, tag: str) -> Element | None:
    """The first child of `parent` called `tag`."""
    return next(parent.iterchildren(tag), None)


def children(parent: Element, tag: str) -> list[Element]:
    """The children of `parent` called `tag`, in order."""
    return list(parent.iterchildren(tag))


def said(element: Element | None) -> str | None:
    """The text of `element`, character for character; `None` where there is no element."""
    return None if element is None else element.text or ""


def is_id(text: str | None) -> bool:
    """Whether `text` can be the id of a message, and nothing else (xs:ID, in ASCII)."""
    return text is not None and _ID.match(text) is not None


def moment(text: str | None) -> datetime | None:
    """The moment an xs:dateTime names, as aware UTC; `None` for anything else.

    A time must name its zone (saml-core §1.3.3 wants UTC); what is finer than a microsecond is
    cut off.
    """
    found = _TIME.match(text or "")
    if found is None:
        return None
    whole, fraction, zone = found.groups()
    try:
        exact = datetime.fromisoformat(whole + zone.replace("Z", "+00:00"))
        there = exact.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return there.replace(microsecond=int(f"{fraction or ''}000000"[:6]))


def every(root: Element) -> Iterator[Element]:
    """Each element of the document, `root` first."""
    return root.iter("*")


def _spelt(raw: bytes) -> None:
    """Return if the bytes are what the parser may be given."""
    if raw.startswith(_BOM):
        raise unreadable(Why.SAML_ENCODING)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise unreadable(Why.SAML_ENCODING) from None
    if raw.startswith(b"<?xml") and not _DECLARATION.match(raw):
        raise unreadable(Why.SAML_ENCODING)
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise unreadable(Why.SAML_DOCTYPE)
    tags = raw.split(b"<")
    if len(tags) > MOST_TAGS or any(tag.count(b"xmlns") > MOST_SPACES for tag in tags):
        raise unreadable(Why.SAML_FORM)


def _plain(root: Element) -> None:
    """Return if the document is elements and text, and nothing besides."""
    info = root.getroottree().docinfo
    types: list[object] = [info.internalDTD, info.externalDTD]
    if any(each is not None for each in types):
        raise unreadable(Why.SAML_DOCTYPE)
    beside = [*root.itersiblings(preceding=True), *root.itersiblings()]
    if beside or any(not isinstance(node.tag, str) for node in root.iter()):
        raise unreadable(Why.SAML_STRUCTURE)
