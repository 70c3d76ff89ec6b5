"""What a response may be made of: everything else is refused before anything is believed.

A list of what is allowed, element by element and in order, because every way of wrapping a
signed assertion into a message needs a place that somebody reads and nobody checks.  So there
is one assertion and it has one place; a signature is the second child of what it signs, and
signs exactly that; an id is there once.

Sources: saml-core-2.0-os §2, §3.2, §5.4; saml-schema-assertion-2.0; xmldsig-core1 §4;
Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (2012).
"""

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections import Counter
from dataclasses import dataclass

from studiogate.gateway.saml.grammar import DIGESTS, RULES, SIGNATURES, Rule
from studiogate.gateway.saml.reading import (
    ASSERTION,
    DSIG,
    EXCLUSIVE,
    PROTOCOL,
    XSI,
    Element,
    child,
    children,
    every,
    is_id,
)
from studiogate.gateway.signin.why import Why, unfinished, unreadable

SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"

_RESPONSE, _STATUS = f"{{{PROTOCOL}}}Response", f"{{{PROTOCOL}}}Status"
_ASSERTION, _SIGNATURE = f"{{{ASSERTION}}}Assertion", f"{{{DSIG}}}Signature"
_ATTRIBUTE = f"{{{ASSERTION}}}Attribute"
_VALUE = f"{{{ASSERTION}}}AttributeValue"
_INFO = f"{{{DSIG}}}SignedInfo"
_ENVELOPED = f"{DSIG}enveloped-signature"
_ENCRYPTED = frozenset(
    f"{{{ASSERTION}}}{name}"
    for name in ("EncryptedAssertion", "EncryptedID", "EncryptedAttribute")
)
_PREFIXES = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,63}( [A-Za-z_][A-Za-z0-9._-]{0,63}){0,15}\Z")
_SPACES = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Shaped:
    """A message whose shape is right."""

    response: Element
    assertion: Element | None
    """Absent where the provider says that nobody signed in."""

    signed: tuple[Element, ...]
    """What says of itself that it is signed: the response, the assertion, or both."""


def shaped(root: Element) -> Shaped:
    """The parts of the response `root`.

    That nobody signed in is believed of anybody, and comes first: the details of a failure may
    be anything.

    Raises:
        Malformed: it is none, or has a part that a response does not have.
        NotSignedIn: it is signed in a way that does not count.
    """
    if root.tag != _RESPONSE:
        raise unreadable(Why.SAML_STRUCTURE)
    if child(root, _STATUS) is not None and failed(root):
        raise unfinished(Why.SAML_STATUS)
    if any(element.tag in _ENCRYPTED for element in every(root)):
        raise unreadable(Why.SAML_ENCRYPTED)
    ruled(root)
    _ids(root)
    assertion = child(root, _ASSERTION)
    holders = [each for each in (root, assertion) if each is not None]
    if any(each.get("Version") != "2.0" for each in holders):
        raise unreadable(Why.SAML_STRUCTURE)
    signed = tuple(each for each in holders if child(each, _SIGNATURE) is not None)
    for each in signed:
        enveloped(each)
    return Shaped(root, assertion, signed)


def failed(response: Element) -> bool:
    """Whether the provider says that it did not do what was asked (saml-core §3.2.2.2)."""
    status = child(response, _STATUS)
    code = child(status, f"{{{PROTOCOL}}}StatusCode") if status is not None else None
    return code is None or code.get("Value") != SUCCESS


def ruled(root: Element) -> None:
    """Return if every element from `root` down is one we know, where it may be.

    Raises:
        Malformed: one is not.
    """
    waiting = [root]
    while waiting:
        element = waiting.pop()
        rule = RULES.get(str(element.tag))
        if rule is None or not (_attributes(element, rule) and _content(element, rule)):
            raise unreadable(Why.SAML_STRUCTURE)
        waiting.extend(element.iterchildren())


def enveloped(holder: Element) -> None:
    """Return if the signature of `holder` is over `holder`, whole, and in a way that counts.

    Raises:
        Malformed: it is over something else, or not made as we read them.
        NotSignedIn: it is made with an algorithm that proves nothing.
    """
    signature = child(holder, _SIGNATURE)
    info = child(signature, _INFO) if signature is not None else None
    if signature is None or info is None:
        raise unreadable(Why.SAML_STRUCTURE)
    how, method, reference = info
    transforms, digest, value = reference
    if reference.get("URI") != f"#{holder.get('ID')}":
        raise unreadable(Why.SAML_STRUCTURE)
    if method.get("Algorithm") not in SIGNATURES or digest.get("Algorithm") not in DIGESTS:
        raise unfinished(Why.SAML_ALGORITHM)
    steps = [transform.get("Algorithm") for transform in transforms]
    if how.get("Algorithm") != EXCLUSIVE or steps != [_ENVELOPED, EXCLUSIVE]:
        raise unfinished(Why.SAML_ALGORITHM)
    proof = child(signature, f"{{{DSIG}}}SignatureValue")
    if not all(_is_base64(each) for each in (value, proof)):
        raise unreadable(Why.SAML_STRUCTURE)
    if len(transforms[0]) or not all(map(_prefixed, (how, transforms[1]))):
        raise unreadable(Why.SAML_STRUCTURE)


def _attributes(element: Element, rule: Rule) -> bool:
    names = set(map(str, element.attrib))
    if element.tag == _ATTRIBUTE:
        # saml-core §2.7.3.1 lets them carry more; signed with the rest, and read by nobody.
        names = {
            name for name in names if not name.startswith("{") or name.startswith(f"{{{XSI}}}")
        }
    return rule.required <= names <= rule.required | rule.optional


def _content(element: Element, rule: Rule) -> bool:
    inside = list(element.iterchildren())
    if rule.text and (not inside or element.tag != _VALUE):
        return not inside
    texts = [element.text, *(each.tail for each in inside)]
    if any(text and text.strip(" \t\r\n") for text in texts):
        return False
    return _in_order([str(each.tag) for each in inside], rule)


def _in_order(tags: list[str], rule: Rule) -> bool:
    """Whether `tags` are the groups of `rule`, one group after the other."""
    at = 0
    for group in rule.children:
        begun = at
        while at < len(tags) and at - begun < group.most and tags[at] in group.tags:
            at += 1
        if at - begun < group.least:
            return False
    return at == len(tags)


def _ids(root: Element) -> None:
    """Return if every id, however its attribute is spelt, is one, and there once."""
    found = [
        str(value)
        for element in every(root)
        for name, value in element.attrib.items()
        if str(name).rpartition("}")[2].lower() == "id"
    ]
    if not all(map(is_id, found)) or any(times > 1 for times in Counter(found).values()):
        raise unreadable(Why.SAML_STRUCTURE)


def _is_base64(element: Element | None) -> bool:
    """Whether the text of `element` is some bytes' one base64, line breaks apart."""
    text = _SPACES.sub("", (element.text or "") if element is not None else "")
    try:
        raw = b64decode(text.encode("ascii"), validate=True)
    except (Error, ValueError):
        return False
    return bool(raw) and b64encode(raw).decode("ascii") == text


def _prefixed(step: Element) -> bool:
    """Whether what `step` says about namespaces is a list of prefixes, if anything."""
    return all(_PREFIXES.match(each.get("PrefixList") or "") for each in children(step, "*"))
