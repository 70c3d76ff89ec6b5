"""Signatures that are none, are by others, are made as nobody should, or were touched later."""

import base64
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from tests.kit.saml_attacks import (
    CANARY,
    Case,
    Family,
    Scene,
    Text,
    edited,
    one,
    text_of,
    told,
    tree,
    username,
)
from tests.kit.saml_attacks_signed import (
    BASE64,
    ENVELOPED,
    EXC,
    EXC_COMMENTS,
    HMAC_SHA1,
    HMAC_SHA256,
    INC,
    INC_11,
    INC_COMMENTS,
    MD5,
    RSA_MD5,
    RSA_PSS,
    RSA_RIPEMD,
    RSA_SHA1,
    RSA_SHA256,
    SHA1,
    SHA224,
    XPATH,
    XPATH_FILTER,
    XSLT,
    Signing,
    hmac_of,
    public_bytes,
    rsa_of,
    signed,
    transform,
    with_certificate,
)  # fmt: skip
from tests.kit.saml_idp import (
    ACS,
    BOTH,
    DSIG,
    OF_ASSERTION,
    OF_RESPONSE,
    PLACE,
    Raw,
    SamlIdp,
    private_key,
)

_BAD = (Family.SHAPE, Family.SIGNATURE)
_FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
_TRANSFORMS: Mapping[str, Raw] = {
    "XPath": transform(
        XPATH,
        '<ds:XPath>not(ancestor-or-self::*[local-name()="AttributeStatement"])</ds:XPath>',
    ),
    "XPath filter": transform(
        XPATH_FILTER,
        f'<x:XPath xmlns:x="{_FILTER}" Filter="subtract">'
        '//*[local-name()="AttributeStatement"]</x:XPath>',
    ),
    "XSLT": transform(
        XSLT,
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        '<xsl:template match="/"><x/></xsl:template></xsl:stylesheet>',
    ),
}


def made(name: str, signing: Signing, **said: Any) -> Case:
    """A truly signed message whose signature is made in a way that does not count."""
    return told(name, lambda scene: signed(scene, signing, **said), _BAD, _good(**said))


def touched(name: str, change: Callable[[str], str], *, repaired: Text | None = None) -> Case:
    """A good message, changed after it was signed."""
    return told(name, lambda scene: change(signed(scene)), _BAD, repaired or _good())


def _good(**said: Any) -> Text:
    return lambda scene: signed(scene, **said)


def _by_thief(key_info: Callable[[Scene], Raw]) -> Text:
    def text(scene: Scene) -> str:
        return signed(scene, Signing(key_info=key_info(scene)), key=rsa_of(scene.thief))

    return text


def _key_value(scene: Scene) -> Raw:
    numbers = private_key(scene.thief.key).public_key().public_numbers()
    return Raw(
        f"<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{_base64(numbers.n)}</ds:Modulus>"
        f"<ds:Exponent>{_base64(numbers.e)}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>"
    )


def _base64(number: int) -> str:
    return base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8)).decode()


def _info(inside: str) -> Callable[[Scene], Raw]:
    return lambda _scene: Raw(f"<ds:KeyInfo>{inside}</ds:KeyInfo>")


def _hmac(kind: str, method: str, inside: str = "") -> Case:
    def text(scene: Scene) -> str:
        key = hmac_of(public_bytes(scene.idp)[kind])
        return signed(scene, Signing(method=method, method_inside=Raw(inside)), key=key)

    short = method.rpartition("#")[2] + (" cut short" if inside else "")
    return told(f"{short} with the {kind} as its key", text, _BAD, _good())


def _replaced(tag: str, inside: Callable[[str], str]) -> Callable[[str], str]:
    """What replaces the text of the one element `tag` of XML Signature with other XML."""

    def change(text: str) -> str:
        begun, old, ended = re.split(rf"(?<=<ds:{tag}>)([^<]*)(?=</ds:{tag}>)", text)
        return f"{begun}{inside(old)}{ended}"

    return change


def _without(path: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        root = tree(text)
        gone = one(root, path)
        parent = gone.getparent()
        assert parent is not None
        parent.remove(gone)
        return text_of(root)

    return change


def _flipped(old: str) -> str:
    return ("B" if old[0] == "A" else "A") + old[1:]


def _second_info(text: str) -> str:
    """A further `SignedInfo`: one is verified, the other is read (CVE-2025-29774)."""
    root = tree(text)
    info = one(root, f"{_AT}/ds:SignedInfo")
    info.addprevious(deepcopy(info))
    return text_of(root)


def _elsewhere(text: str) -> str:
    """The signature in a namespace that is not quite that of signatures."""
    return text.replace(DSIG, DSIG.replace("2000/09", "2000/10"))


def _of_another(scene: Scene) -> str:
    """The signature value of another message of the same provider."""
    other = signed(scene, assertion_id=f"_o-{CANARY}", response_id=f"_p-{CANARY}")
    value = one(tree(other), f"{_AT}/ds:SignatureValue").text or ""
    return _replaced("SignatureValue", lambda _old: value)(signed(scene))


def _digest_recomputed(scene: Scene) -> str:
    """Another name, and its right digest; only the signature value is of before."""
    good = signed(scene)
    evil = signed(scene, key=rsa_of(scene.thief), attributes=username("user-lob-b"))
    value = one(tree(good), f"{_AT}/ds:SignatureValue").text or ""
    return _replaced("SignatureValue", lambda _old: value)(evil)


_AT = "saml:Assertion/ds:Signature"
_NAME = ">user-lob-a<"

_THEFT = (
    told("nothing is signed", lambda scene: scene.xml(sign=()), _BAD),
    told(
        "nothing is signed, and no destination is said",
        lambda scene: scene.xml(sign=(), destination=None),
        _BAD,
    ),
    touched("the signature is taken away", _without(_AT)),
    touched("the signature value is taken away", _without(f"{_AT}/ds:SignatureValue")),
    touched("what is signed is taken away", _without(f"{_AT}/ds:SignedInfo")),
    told("by another key, without a certificate", _by_thief(lambda _: Raw("")), _BAD, _good()),
    told(
        "by another key, with its certificate",
        _by_thief(lambda scene: with_certificate(scene.thief)),
        _BAD,
        lambda scene: signed(scene, Signing(key_info=with_certificate(scene.idp))),
    ),
    told(
        "by another key, with the provider's certificate",
        _by_thief(lambda scene: with_certificate(scene.idp)),
        _BAD,
        _good(),
    ),
    told("by another key, with the key itself", _by_thief(_key_value), _BAD, _good()),
    told(
        "by another key that is to be fetched",
        _by_thief(_info(f'<ds:RetrievalMethod URI="http://127.0.0.1:9/{CANARY}"/>')),
        _BAD,
        _good(),
    ),
    told(
        "by another key that has a name",
        _by_thief(_info("<ds:KeyName>idp</ds:KeyName>")),
        _BAD,
        _good(),
    ),
    told(
        "by another RSA key of 1024 bits",
        lambda scene: signed(
            scene, key=rsa_of(SamlIdp(scene.idp.clock, key="small", bits=1024))
        ),
        _BAD,
        _good(),
    ),
    told("with the signature value of another message", _of_another, _BAD, _good()),
    told(
        "another name, another digest, the old signature value",
        _digest_recomputed,
        _BAD,
        _good(),
    ),
)

_KINDS = (
    "certificate in PEM",
    "certificate in DER",
    "certificate in base64",
    "public key in PEM",
    "public key in DER",
)
_KEYED = (
    *(_hmac(kind, HMAC_SHA256) for kind in _KINDS),
    _hmac("public key in DER", HMAC_SHA1),
    _hmac("public key in DER", HMAC_SHA256, "<ds:HMACOutputLength>128</ds:HMACOutputLength>"),
)

_ALGORITHMS = (
    made("RSA-SHA1", Signing(method=RSA_SHA1)),
    made("RSA-SHA1 with a SHA-1 digest", Signing(method=RSA_SHA1, digest=SHA1)),
    made("a SHA-1 digest", Signing(digest=SHA1)),
    made("RSA-MD5", Signing(method=RSA_MD5, digest=MD5)),
    made("an MD5 digest", Signing(digest=MD5)),
    made("RSA-RIPEMD160", Signing(method=RSA_RIPEMD)),
    made("a SHA-224 digest", Signing(digest=SHA224)),
    made("RSASSA-PSS, which no provider was agreed to use", Signing(method=RSA_PSS)),
    touched("an algorithm that is none", lambda text: edited(text, "#rsa-sha256", "#none")),
    touched(
        "an algorithm without a name",
        lambda text: edited(text, f'"{RSA_SHA256}"', '""'),
    ),
    made("inclusive canonicalisation", Signing(c14n=INC)),
    made("inclusive canonicalisation 1.1", Signing(c14n=INC_11)),
    made("inclusive canonicalisation with comments", Signing(c14n=INC_COMMENTS)),
    made("exclusive canonicalisation with comments", Signing(c14n=EXC_COMMENTS)),
    made("what is signed, canonicalised inclusively", Signing(transforms=(ENVELOPED, INC))),
    made("what is signed, with comments", Signing(transforms=(ENVELOPED, EXC_COMMENTS))),
    made("what is signed, not canonicalised by name", Signing(transforms=(ENVELOPED,))),
    made("not enveloped", Signing(transforms=(EXC,))),
    made("no transform", Signing(transforms=())),
    made("three transforms", Signing(transforms=(ENVELOPED, EXC, EXC))),
    touched(
        "a base64 transform",
        lambda text: edited(
            text, f'<ds:Transform Algorithm="{EXC}"/>', f'<ds:Transform Algorithm="{BASE64}"/>'
        ),
    ),
    *(
        made(f"an {name} transform", Signing(transforms=(ENVELOPED, step, EXC)))
        for name, step in _TRANSFORMS.items()
    ),
    *(
        made(f"an {name} transform, nothing after it", Signing(transforms=(ENVELOPED, step)))
        for name, step in _TRANSFORMS.items()
    ),
)

_REFERENCES = (
    made("a reference to nothing said", Signing(uri=None)),
    made("a reference to the whole document", Signing(uri="")),
    made("a reference by xpointer", Signing(uri="#xpointer(id('{id}'))")),
    made("a reference to the root by xpointer", Signing(uri="#xpointer(/)")),
    made(
        "the response's signature refers to the assertion",
        Signing(uri=f"#_a-{CANARY}"),
        part="response",
    ),
    made("the assertion's signature refers to the response", Signing(uri=f"#_r-{CANARY}")),
    made("two references to one element", Signing(references=2)),
    made("a second reference, to the response", Signing(other_reference=f"#_r-{CANARY}")),
    touched(
        "a reference to nothing there",
        lambda text: edited(text, f'URI="#_a-{CANARY}"', f'URI="#_x-{CANARY}"'),
    ),
    touched(
        "a reference to a file",
        lambda text: edited(text, f'URI="#_a-{CANARY}"', 'URI="file:///etc/passwd"'),
    ),
    touched(
        "a reference to another host",
        lambda text: edited(text, f'URI="#_a-{CANARY}"', f'URI="http://127.0.0.1:9/{CANARY}"'),
    ),
    touched("no reference", _without(f"{_AT}/ds:SignedInfo/ds:Reference")),
    touched("no transforms", _without(f"{_AT}/ds:SignedInfo/ds:Reference/ds:Transforms")),
    touched("no digest", _without(f"{_AT}/ds:SignedInfo/ds:Reference/ds:DigestValue")),
    made(
        "a manifest",
        Signing(objects=Raw(f"<ds:Object><ds:Manifest>{CANARY}</ds:Manifest></ds:Object>")),
    ),
)

_TOUCHED = (
    touched("another name", lambda text: edited(text, _NAME, ">user-lob-b<")),
    touched("another wish", lambda text: edited(text, ">d-forecasting<", ">d-fraud<")),
    touched("another audience", lambda text: edited(text, ":acme:demo<", ":acme:test<")),
    touched(
        "a space more", lambda text: edited(text, "</saml:Conditions>", " </saml:Conditions>")
    ),
    touched(
        "an attribute more", lambda text: edited(text, "<saml:Subject>", '<saml:Subject x="y">')
    ),
    touched("an empty signature value", _replaced("SignatureValue", lambda _old: "")),
    touched("a signature value of spaces", _replaced("SignatureValue", lambda _old: " \n ")),
    touched("a signature value of one byte", _replaced("SignatureValue", lambda _old: "AA==")),
    touched(
        "a signature value that is no base64",
        _replaced("SignatureValue", lambda _old: f"*{CANARY}*"),
    ),
    touched(
        "a signature value cut short", _replaced("SignatureValue", lambda old: old.strip()[:-8])
    ),
    touched(
        "a signature value too long", _replaced("SignatureValue", lambda old: "AAAA" + old)
    ),
    touched("another signature value", _replaced("SignatureValue", _flipped)),
    touched(
        "a signature value with a comment",
        _replaced("SignatureValue", lambda old: f"{old[:9]}<!--{CANARY}-->{old[9:]}"),
    ),
    touched(
        "a signature value with an element",
        _replaced("SignatureValue", lambda old: f"{old[:8]}<x/>{old[8:]}"),
    ),
    touched("an empty digest", _replaced("DigestValue", lambda _old: "")),
    touched("another digest", _replaced("DigestValue", _flipped)),
    touched(
        "a digest with an element",
        _replaced("DigestValue", lambda old: f"<x>{_flipped(old)}</x>{old}"),
    ),
    touched(
        "a digest with a comment",
        _replaced("DigestValue", lambda old: f"<!--{_flipped(old)}-->{old}"),
    ),
    touched(
        "a digest with a comment in it",
        _replaced("DigestValue", lambda old: f"{old[:4]}<!-- -->{old[4:]}"),
    ),
    touched("two infos of what is signed", _second_info),
    touched("in the namespace of no signature", _elsewhere),
)

_PARTS = (
    told(
        "the response is signed by another key, the assertion by the provider",
        lambda scene: scene.thief.signed(
            scene.said().response(
                scene.idp.signed(scene.said().assertion(place=PLACE)), place=PLACE
            )
        ),
        _BAD,
        lambda scene: scene.xml(sign=BOTH),
    ),
    told(
        "the assertion is signed by another key, the response by the provider",
        lambda scene: scene.idp.signed(
            scene.said().response(
                scene.thief.signed(scene.said().assertion(place=PLACE)), place=PLACE
            )
        ),
        _BAD,
        lambda scene: scene.xml(sign=BOTH),
    ),
    told(
        "the status was changed in a signed response",
        lambda scene: edited(
            scene.xml(sign=OF_RESPONSE), "<samlp:Status>", f"<samlp:Status><!--{CANARY}-->"
        ).replace("status:Success", "status:Success "),
        (*_BAD, Family.STATUS, Family.XML),
        lambda scene: scene.xml(sign=OF_RESPONSE),
    ),
    told(
        "the destination was taken from a signed response",
        lambda scene: edited(scene.xml(sign=OF_RESPONSE), f' Destination="{ACS}"', ""),
        (*_BAD, Family.FOR_OTHERS),
        lambda scene: scene.xml(sign=OF_RESPONSE),
    ),
    told(
        "the attributes are in an assertion that is not signed, beside a signed one",
        lambda scene: edited(
            scene.xml(sign=OF_ASSERTION),
            "</samlp:Response>",
            scene.said(assertion_id=f"_u-{CANARY}").assertion() + "</samlp:Response>",
        ),
        _BAD,
    ),
)

SIGNATURE = _THEFT + _KEYED + _ALGORITHMS + _REFERENCES + _TOUCHED + _PARTS
