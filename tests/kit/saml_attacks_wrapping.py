"""Signature wrapping: a true signature, and something else in the place that is read.

XSW1 to XSW8 are those of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be"
(USENIX Security 2012); the attacker has a message that is truly signed, about themselves.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy

from lxml import etree

from tests.kit.saml_attacks import (
    CANARY,
    Case,
    Family,
    Scene,
    forged,
    one,
    text_of,
    told,
    tree,
    without_signature,
)
from tests.kit.saml_idp import ASSERTION, BOTH, DSIG, OF_ASSERTION, OF_RESPONSE, PROTOCOL

Element = etree._Element
Wrap = Callable[[Element], Element]
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

_WRONG = (Family.SHAPE, Family.SIGNATURE)


def wrapped(name: str, wrap: Wrap, *, sign: Sequence[str] = OF_ASSERTION) -> Case:
    """A case of a message that is signed in the parts `sign`, and then wrapped."""
    return told(
        name,
        lambda scene: text_of(wrap(tree(scene.xml(sign=sign)))),
        _WRONG,
        lambda scene: scene.xml(sign=sign),
    )


def _assertion(root: Element) -> Element:
    return one(root, "saml:Assertion")


def _evil_response(root: Element) -> Element:
    """A copy of `root` under another id that names the victim, with the signature of `root`."""
    evil = deepcopy(root)
    evil.set("ID", f"_evil-{CANARY}")
    assertion = _assertion(evil)
    evil.replace(assertion, forged(assertion))
    return evil


def xsw1(root: Element) -> Element:
    """The signed response inside the signature of the evil one."""
    evil = _evil_response(root)
    one(evil, "ds:Signature").append(without_signature(root))
    return evil


def xsw2(root: Element) -> Element:
    """The signed response beside its signature, in the evil one."""
    evil = _evil_response(root)
    one(evil, "ds:Signature").addprevious(without_signature(root))
    return evil


def xsw3(root: Element) -> Element:
    """The evil assertion in front of the signed one."""
    _assertion(root).addprevious(forged(_assertion(root)))
    return root


def xsw4(root: Element) -> Element:
    """The signed assertion inside the evil one."""
    signed = _assertion(root)
    evil = forged(signed)
    root.replace(signed, evil)
    evil.append(signed)
    return root


def xsw5(root: Element) -> Element:
    """The evil assertion with the signature, the signed one behind it without."""
    signed = _assertion(root)
    evil = forged(signed)
    evil.insert(1, deepcopy(one(signed, "ds:Signature")))
    root.replace(signed, evil)
    root.append(without_signature(signed))
    return root


def xsw6(root: Element) -> Element:
    """The signed assertion inside the signature, and that in the evil one."""
    signed = _assertion(root)
    evil = forged(signed)
    signature = deepcopy(one(signed, "ds:Signature"))
    evil.insert(1, signature)
    signature.append(without_signature(signed))
    root.replace(signed, evil)
    return root


def xsw7(root: Element) -> Element:
    """The evil assertion among the extensions, which may hold anything."""
    extensions = etree.Element(f"{{{PROTOCOL}}}Extensions")
    extensions.append(forged(_assertion(root), new_id=None))
    root.insert(1, extensions)
    return root


def xsw8(root: Element) -> Element:
    """The signed assertion inside an object of the signature in the evil one."""
    signed = _assertion(root)
    evil = forged(signed, new_id=None)
    signature = deepcopy(one(signed, "ds:Signature"))
    etree.SubElement(signature, f"{{{DSIG}}}Object").append(without_signature(signed))
    evil.insert(1, signature)
    root.replace(signed, evil)
    return root


def _behind(root: Element) -> Element:
    root.append(forged(_assertion(root)))
    return root


def _same_id_before(root: Element) -> Element:
    _assertion(root).addprevious(forged(_assertion(root), new_id=None))
    return root


def _same_id_behind(root: Element) -> Element:
    root.append(forged(_assertion(root), new_id=None))
    return root


def _alone(root: Element) -> Element:
    signed = _assertion(root)
    evil = forged(signed, new_id=None)
    evil.insert(1, deepcopy(one(signed, "ds:Signature")))
    root.replace(signed, evil)
    return root


def _in_extensions(root: Element) -> Element:
    signed = _assertion(root)
    root.replace(signed, forged(signed))
    extensions = etree.Element(f"{{{PROTOCOL}}}Extensions")
    extensions.append(signed)
    root.insert(1, extensions)
    return root


def _in_advice(root: Element) -> Element:
    signed = _assertion(root)
    evil = forged(signed)
    root.replace(signed, evil)
    advice = etree.Element(f"{{{ASSERTION}}}Advice")
    advice.append(signed)
    one(evil, "saml:Conditions").addnext(advice)
    return root


def _in_value(root: Element) -> Element:
    signed = _assertion(root)
    evil = forged(signed)
    root.replace(signed, evil)
    statement = one(evil, "saml:AttributeStatement")
    more = etree.SubElement(statement, f"{{{ASSERTION}}}Attribute", Name="more")
    etree.SubElement(more, f"{{{ASSERTION}}}AttributeValue").append(signed)
    return root


def _in_status(root: Element) -> Element:
    signed = _assertion(root)
    root.replace(signed, forged(signed))
    status = one(root, "samlp:Status")
    etree.SubElement(status, f"{{{PROTOCOL}}}StatusDetail").append(signed)
    return root


def _in_key_info(root: Element) -> Element:
    signed = _assertion(root)
    evil = forged(signed)
    signature = deepcopy(one(signed, "ds:Signature"))
    evil.insert(1, signature)
    one(signature, "ds:KeyInfo").append(without_signature(signed))
    root.replace(signed, evil)
    return root


def _in_soap(root: Element) -> Element:
    envelope = etree.Element(f"{{{SOAP}}}Envelope")
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(root)
    return envelope


def _in_response(root: Element) -> Element:
    outer = without_signature(root)
    outer.set("ID", f"_evil-{CANARY}")
    outer.replace(_assertion(outer), root)
    return outer


def _in_unknown(root: Element) -> Element:
    signed = _assertion(root)
    root.replace(signed, forged(signed))
    etree.SubElement(root, "{urn:evil}Holder").append(signed)
    return root


def _signature_last(root: Element) -> Element:
    signed = _assertion(root)
    signed.append(one(signed, "ds:Signature"))
    return root


def _signature_beside(root: Element) -> Element:
    """The signature of the assertion as if it were that of the response."""
    root.insert(1, one(_assertion(root), "ds:Signature"))
    return root


def _signature_in_extensions(root: Element) -> Element:
    extensions = etree.Element(f"{{{PROTOCOL}}}Extensions")
    extensions.append(one(_assertion(root), "ds:Signature"))
    root.insert(1, extensions)
    return root


def _signature_in_signature(root: Element) -> Element:
    signature = one(_assertion(root), "ds:Signature")
    etree.SubElement(signature, f"{{{DSIG}}}Object").append(deepcopy(signature))
    return root


def _signature_twice(root: Element) -> Element:
    signature = one(_assertion(root), "ds:Signature")
    signature.addnext(deepcopy(signature))
    return root


def _unsigned_beside_signed_response(root: Element) -> Element:
    """A signed response is filled with another assertion; its own is kept elsewhere."""
    signed = _assertion(root)
    root.replace(signed, forged(signed, new_id=None))
    return root


def _evil_with(spelling: str) -> Wrap:
    def wrap(root: Element) -> Element:
        signed = _assertion(root)
        evil = forged(signed)
        evil.set(spelling, signed.get("ID", ""))
        evil.insert(1, deepcopy(one(signed, "ds:Signature")))
        root.replace(signed, evil)
        root.append(without_signature(signed))
        return root

    return wrap


def _response_has_its_id(root: Element) -> Element:
    """Response and assertion under one id: which of them is signed?"""
    root.set("ID", _assertion(root).get("ID", ""))
    return root


def _subject_has_its_id(root: Element) -> Element:
    signed = _assertion(root)
    evil = forged(signed)
    evil.insert(1, deepcopy(one(signed, "ds:Signature")))
    status = one(root, "samlp:Status")
    detail = etree.SubElement(status, f"{{{PROTOCOL}}}StatusDetail")
    detail.append(without_signature(signed))
    root.replace(signed, evil)
    return root


def _two_signed(scene: Scene) -> str:
    first = tree(scene.xml())
    second = tree(scene.xml(assertion_id=f"_b-{CANARY}", response_id=f"_t-{CANARY}"))
    first.append(one(second, "saml:Assertion"))
    return text_of(first)


def _one_of_two_signatures(part: str) -> Wrap:
    """Both parts are signed, and the signature of `part` is not good."""

    def wrap(root: Element) -> Element:
        value = one(root, f"{part}ds:Signature/ds:SignatureValue")
        value.text = (value.text or "")[::-1].replace("=", "") + "=="
        return root

    return wrap


XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

WRAPPING = (
    wrapped("XSW1: the response inside its signature", xsw1, sign=OF_RESPONSE),
    wrapped("XSW2: the response beside its signature", xsw2, sign=OF_RESPONSE),
    wrapped("XSW3: the evil assertion first", xsw3),
    wrapped("XSW4: the signed assertion in the evil one", xsw4),
    wrapped("XSW5: the evil assertion has the signature", xsw5),
    wrapped("XSW6: the signed assertion in the signature", xsw6),
    wrapped("XSW7: the evil assertion in the extensions", xsw7),
    wrapped("XSW8: the signed assertion in an object", xsw8),
    wrapped("XSW1, both signed", xsw1, sign=BOTH),
    wrapped("XSW2, both signed", xsw2, sign=BOTH),
    wrapped("XSW3, both signed", xsw3, sign=BOTH),
    wrapped("XSW4, both signed", xsw4, sign=BOTH),
    wrapped("XSW3, the response signed", xsw3, sign=OF_RESPONSE),
    wrapped("XSW7, the response signed", xsw7, sign=OF_RESPONSE),
    wrapped("the evil assertion last", _behind),
    wrapped("the same id twice, the evil one first", _same_id_before),
    wrapped("the same id twice, the evil one last", _same_id_behind),
    wrapped("the evil assertion in the place of the signed one", _alone),
    wrapped("the signed assertion in the extensions", _in_extensions),
    wrapped("the signed assertion in the advice", _in_advice),
    wrapped("the signed assertion in an attribute", _in_value),
    wrapped("the signed assertion in the status", _in_status),
    wrapped("the signed assertion in the key info", _in_key_info),
    wrapped("the signed assertion in an unknown element", _in_unknown),
    wrapped("the response in an envelope", _in_soap),
    wrapped("the response in a response", _in_response),
    wrapped("the signed response in a response", _in_response, sign=OF_RESPONSE),
    wrapped("the signature at the end of the assertion", _signature_last),
    wrapped("the assertion's signature on the response", _signature_beside),
    wrapped("the signature in the extensions", _signature_in_extensions),
    wrapped("a signature in the signature", _signature_in_signature),
    wrapped("the signature twice", _signature_twice),
    wrapped(
        "another assertion in the signed response",
        _unsigned_beside_signed_response,
        sign=OF_RESPONSE,
    ),
    wrapped("the signed id as Id of the evil one", _evil_with("Id")),
    wrapped("the signed id as id of the evil one", _evil_with("id")),
    wrapped("the signed id as xml:id of the evil one", _evil_with(XML_ID)),
    wrapped("the signed id as AssertionID of the evil one", _evil_with("AssertionID")),
    wrapped("response and assertion have one id", _response_has_its_id),
    wrapped("the signed assertion hidden in the status", _subject_has_its_id),
    wrapped("both signed, the response's is not good", _one_of_two_signatures(""), sign=BOTH),
    wrapped(
        "both signed, the assertion's is not good",
        _one_of_two_signatures("saml:Assertion/"),
        sign=BOTH,
    ),
    told("two assertions, both truly signed", _two_signed, _WRONG),
)
