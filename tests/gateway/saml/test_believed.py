"""What is believed: what a known certificate signed, character for character, and no more."""

import base64
from copy import deepcopy
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from studiogate.errors import Refusal
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml.attributes import About, about
from studiogate.gateway.saml.conditions import Expected, Stated, stated
from studiogate.gateway.saml.reading import parsed
from studiogate.gateway.saml.signed import believed
from studiogate.gateway.saml.structure import shaped
from tests.kit.gateway import NOW
from tests.kit.saml_idp import (
    ACS,
    ASSERTION,
    AUDIENCE,
    BOTH,
    DSIG,
    ENTITY,
    OF_ASSERTION,
    OF_RESPONSE,
    Raw,
    SamlIdp,
    attribute,
    private_key,
)

IDP = SamlIdp(lambda: NOW)
SETTINGS = SamlSettings(name="workforce", audience=AUDIENCE)
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def judged(raw: bytes, *, unsolicited: bool = True) -> tuple[Stated, About]:
    """What the service provider makes of `raw`."""
    message = believed(shaped(parsed(raw)), (IDP.certificate(),), NOW)
    facts = stated(message, Expected(ENTITY, AUDIENCE, ACS), NOW)
    return facts, about(message.assertion, SETTINGS, unsolicited=unsolicited)


def why(raw: bytes, *, unsolicited: bool = True) -> str:
    """The code `raw` is refused with."""
    with pytest.raises(Refusal) as refused:
        judged(raw, unsolicited=unsolicited)
    return refused.value.recorded


@cache
def good(sign: tuple[str, ...]) -> bytes:
    return IDP.response(sign=sign)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([OF_ASSERTION, OF_RESPONSE, BOTH]), st.data())
def test_s3_18_no_byte_of_what_is_signed_can_be_changed(
    sign: tuple[str, ...], data: st.DataObject
) -> None:
    """A change is refused, or leaves the very same canonical message: a space inside a tag."""
    raw = good(sign)
    certificate_at = raw.index(b"<ds:X509Certificate>")
    at = data.draw(st.integers(0, len(raw) - 1).filter(lambda i: i < certificate_at or i > raw.rindex(b"</ds:X509Certificate>")))  # fmt: skip
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != raw[at]))
    changed = raw[:at] + bytes([byte]) + raw[at + 1 :]

    try:
        found = judged(changed)
    except Refusal:
        return

    assert found == judged(raw)
    signed = changed if "response" in sign else changed[changed.index(b"<saml:Assertion") :]
    if "response" in sign:
        assert etree.tostring(parsed(signed), method="c14n") == etree.tostring(parsed(raw), method="c14n")  # fmt: skip


def test_what_is_around_a_signed_assertion_is_good_for_refusing_only() -> None:
    raw = IDP.response(sign=OF_ASSERTION)

    facts, who = judged(raw)

    assert who == About("user-lob-a", "ada@acme.example", "d-forecasting", None)
    assert facts.session_index == "_session-1"
    assert why(raw.replace(b"status:Success", b"status:Responder")) == "saml-status"
    assert why(raw.replace(ACS.encode(), b"https://evil.example/saml", 1)) == "saml-destination"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issuer": "https://evil.example"}, "saml-issuer"),
        ({"issuer": ""}, "saml-issuer"),
        ({"assertion_issuer": "https://evil.example"}, "saml-issuer"),
        ({"audiences": ()}, "saml-audience"),
        ({"audiences": ((),)}, "saml-audience"),
        ({"audiences": ((AUDIENCE,), ("another",))}, "saml-audience"),
        ({"audiences": ((f"{AUDIENCE} ",),)}, "saml-audience"),
        ({"conditions": False}, "saml-audience"),
        ({"recipient": None}, "saml-recipient"),
        ({"recipient": ACS + "/"}, "saml-recipient"),
        ({"recipient": ACS.replace("http:", "https:")}, "saml-recipient"),
        ({"destination": ACS + "?x"}, "saml-destination"),
        ({"method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"}, "saml-confirmation"),
        ({"method": None}, "saml-confirmation"),
        ({"confirmed_until": None}, "saml-confirmation"),
        ({"confirmed_from": timedelta()}, "saml-confirmation"),
        ({"confirmed_until": -MINUTE}, "saml-expired"),
        ({"valid_until": -MINUTE}, "saml-expired"),
        ({"session_until": -MINUTE}, "saml-expired"),
        ({"valid_from": MINUTE + SECOND}, "saml-not-yet"),
        ({"assertion_issued": MINUTE + SECOND}, "saml-time"),
        ({"assertion_issued": -11 * MINUTE}, "saml-too-old"),
        ({"issued": -11 * MINUTE}, "saml-too-old"),
        ({"authenticated": timedelta(days=-90)}, "saml-too-old"),
        ({"authenticated": MINUTE + SECOND}, "saml-time"),
        ({"issued": "2030-01-01T12:00:00"}, "saml-time"),
        ({"confirmed_until": "later"}, "saml-time"),
        ({"statement": False}, "saml-statement"),
        ({"name_id": None}, "saml-subject"),
        ({"name_id": ""}, "saml-subject"),
        ({"confirmed": "_x"}, "saml-request"),
        ({"version": "1.1"}, "saml-structure"),
        ({"assertion_version": "2.1"}, "saml-structure"),
        ({"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"}, "saml-status"),
        ({"status": None}, "saml-structure"),
        ({"status": ""}, "saml-status"),
    ],
)  # fmt: skip
def test_s3_18_one_thing_wrong_is_enough(changes: dict[str, Any], code: str) -> None:
    assert why(IDP.response(sign=BOTH, **changes)) == code


@pytest.mark.parametrize(
    "changes",
    [
        {"confirmed_until": SECOND - MINUTE},
        {"valid_from": MINUTE},
        {"assertion_issued": MINUTE},
        {"issued": SECOND - 11 * MINUTE},
        {"issued": "2030-01-01T13:30:00.5+01:30"},
        {"valid_from": None, "valid_until": None},
        {"audiences": (("another", AUDIENCE),)},
        {"in_conditions": Raw("<saml:OneTimeUse/>")},
        {"session_index": None},
        {"name_format": None},
    ],
)
def test_what_the_profile_allows_is_allowed(changes: dict[str, Any]) -> None:
    assert judged(IDP.response(sign=BOTH, **changes))[1].person == "user-lob-a"


def test_destination_and_issuer_may_be_left_out_of_a_response_that_nobody_signed() -> None:
    changes = {"destination": None, "issuer": None}

    assert judged(IDP.response(sign=OF_ASSERTION, **changes))
    assert why(IDP.response(sign=BOTH, destination=None)) == "saml-destination"
    assert why(IDP.response(sign=BOTH, issuer=None)) == "saml-issuer"


def said(*attributes: str) -> bytes:
    """A response with these attributes, as XML, beside a wish."""
    inside = "".join((*attributes, attribute("domain-id", "d-forecasting")))
    return IDP.response(
        attributes=Raw(f"<saml:AttributeStatement>{inside}</saml:AttributeStatement>")
    )


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        pytest.param((), "saml-attribute", id="none"),
        pytest.param((attribute("username"),), "saml-attribute", id="without a value"),
        pytest.param((attribute("username", ""),), "saml-attribute", id="empty"),
        pytest.param((attribute("username", "ada", "bob"),), "saml-attribute", id="two values"),
        pytest.param((attribute("username", "ada"),) * 2, "saml-attribute", id="twice"),
        pytest.param((attribute("Username", "ada"),), "saml-attribute", id="another case"),
        pytest.param((attribute("username", Raw("<saml:NameID>ada</saml:NameID>")),), "saml-attribute", id="an element"),
        pytest.param((attribute("username", "ada "),), "saml-person", id="a space after"),
        pytest.param((attribute("username", "\u00a0ada"),), "saml-person", id="a no-break space"),
        pytest.param((attribute("username", "*"),), "saml-person", id="a wildcard"),
        pytest.param((attribute("username", "аda"),), "saml-person", id="a cyrillic a"),
        pytest.param((attribute("username", "a" * 65),), "saml-person", id="long"),
        pytest.param((attribute("username", "ada"), attribute("domain-id", "d-x")), "saml-attribute", id="two wishes"),
        pytest.param((attribute("username", "ada"), attribute("groups", "a"), attribute("groups", "b")), "saml-groups", id="groups twice"),
        pytest.param((attribute("username", "ada"), attribute("http://schemas.microsoft.com/claims/groups.link", "https://x")), "saml-groups", id="groups elsewhere"),
    ],
)  # fmt: skip
def test_f50_an_attribute_is_there_once_with_one_text_or_nobody_signs_in(
    attributes: tuple[str, ...], code: str
) -> None:
    assert why(said(*attributes)) == code


def test_groups_are_told_apart_from_silence() -> None:
    person = attribute("username", "ada")

    assert judged(said(person))[1].groups is None
    assert judged(said(person, attribute("groups")))[1].groups == frozenset()
    assert judged(said(person, attribute("groups", "a", "b")))[1].groups == frozenset(
        {"a", "b"}
    )


def test_a_transient_id_is_nobodys_lasting_name() -> None:
    transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

    assert judged(IDP.response(name_format=transient))[1].subject == "transient:user-lob-a"


def test_a_failed_status_is_one_whatever_comes_with_it() -> None:
    code = "<samlp:StatusCode Value='urn:oasis:names:tc:SAML:2.0:status:AuthnFailed'/>"
    raw = IDP.said(
        status="urn:oasis:names:tc:SAML:2.0:status:Responder", status_inside=Raw(code)
    )

    assert why(raw.response().encode()) == "saml-status"


def test_an_encrypted_assertion_is_refused_and_breaks_nothing() -> None:
    encrypted = f'<saml:EncryptedAssertion xmlns:saml="{ASSERTION}"/>'

    assert why(IDP.said().response(encrypted).encode()) == "saml-encrypted"
    assert why(IDP.said().response().encode()) == "saml-unsigned"


def test_f47_an_unsigned_message_signs_nobody_in() -> None:
    assert why(IDP.response(sign=())) == "saml-unsigned"


def test_a_signature_of_somebody_else_signs_nobody_in() -> None:
    assert why(SamlIdp(lambda: NOW, key="evil").response()) == "saml-signature"
    assert why(SamlIdp(lambda: NOW, key="evil").response(sign=BOTH)) == "saml-signature"


def signed_by_hand(root: etree._Element, *, prefixes: str) -> bytes:
    """`root` with its first assertion signed as OpenSAML does: with a list of prefixes."""
    assertion = root.find(f"{{{ASSERTION}}}Assertion")
    assert assertion is not None

    def canonical(node: etree._Element, names: list[str] | None = None) -> bytes:
        return etree.tostring(
            node,
            method="c14n",
            exclusive=True,
            inclusive_ns_prefixes=names,
            with_comments=False,
        )

    digest = Hash(SHA256())
    digest.update(canonical(etree.fromstring(etree.tostring(assertion)), prefixes.split()))
    inclusive = f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="{prefixes}"/>'
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{EXC}"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f'<ds:Reference URI="#{assertion.get("ID")}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{DSIG}enveloped-signature"/>'
        f'<ds:Transform Algorithm="{EXC}">{inclusive}</ds:Transform></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{base64.b64encode(digest.finalize()).decode()}</ds:DigestValue>"
        "</ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )
    proof = private_key(IDP.key, IDP.bits).sign(canonical(signature[0]), PKCS1v15(), SHA256())
    lines = base64.encodebytes(proof).decode()
    signature[1].text = f"\n{lines}"
    assertion.insert(1, signature)
    return etree.tostring(root)


def test_a_response_as_opensaml_writes_it_signs_in() -> None:
    """Types of values, a prefix only they use, and the list that keeps it in what is signed."""
    value = (
        '<saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">{}'
        "</saml:AttributeValue>"
    )
    stated_ = "".join(
        f'<saml:Attribute Name="{name}" NameFormat="urn:x" FriendlyName="y">{value.format(text)}</saml:Attribute>'
        for name, text in {"username": "ada", "domain-id": "d-forecasting"}.items()
    )
    said_ = IDP.said(
        attributes=Raw(f"<saml:AttributeStatement>{stated_}</saml:AttributeStatement>")
    )
    root = etree.fromstring(said_.response(said_.assertion()))

    raw = signed_by_hand(root, prefixes="xs")

    assert judged(raw)[1].person == "ada"
    assert why(raw.replace(b">ada<", b">bob<")) == "saml-signature"
    assert why(raw.replace(b'PrefixList="xs"', b'PrefixList="#default"')) == "saml-structure"


def test_a_second_signature_that_is_not_good_spoils_the_first() -> None:
    root = etree.fromstring(IDP.response(sign=OF_RESPONSE))
    inner = etree.fromstring(SamlIdp(lambda: NOW, key="evil").response(sign=OF_ASSERTION))

    swapped = deepcopy(inner)
    signature = root.find(f"{{{DSIG}}}Signature")
    assert signature is not None
    swapped.insert(1, signature)

    assert why(etree.tostring(swapped)) in {"saml-structure", "saml-signature"}
