"""What is taken: other true spellings, the last moment that counts; and never a way out of here."""

from urllib.parse import urljoin

import pytest

from tests.kit.saml_attacks import Text, fields, form
from tests.kit.saml_attacks_room import ORIGIN, gate, kept, signed_in
from tests.kit.saml_attacks_signed import (
    ENVELOPED,
    EXC,
    RSA_SHA384,
    RSA_SHA512,
    SHA384,
    SHA512,
    Signing,
    signed,
    transform,
    with_certificate,
)  # fmt: skip
from tests.kit.saml_attacks_times import LIMITS
from tests.kit.saml_attacks_xml import HARMLESS
from tests.kit.saml_idp import AUDIENCE, BOTH, OF_RESPONSE, Raw, encoded

_FORMATS = "urn:oasis:names:tc:SAML:2.0:nameid-format"
_PREFIXED = transform(EXC, f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="xs xsi"/>')
_TYPED = Raw(
    '<saml:AttributeStatement xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><saml:Attribute Name="username" '
    'NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">'
    '<saml:AttributeValue xsi:type="xs:string">user-lob-a</saml:AttributeValue>'
    '</saml:Attribute><saml:Attribute Name="domain-id"><saml:AttributeValue '
    'xsi:type="xs:string">d-forecasting</saml:AttributeValue></saml:Attribute>'
    "</saml:AttributeStatement>"
)
TRUE: dict[str, Text] = {
    "the response signed": lambda scene: scene.xml(sign=OF_RESPONSE),
    "both parts signed": lambda scene: scene.xml(sign=BOTH),
    "by another tool": signed,
    "by another tool, the response": lambda scene: signed(scene, part="response"),
    "RSA-SHA384": lambda scene: signed(scene, Signing(method=RSA_SHA384, digest=SHA384)),
    "RSA-SHA512": lambda scene: signed(scene, Signing(method=RSA_SHA512, digest=SHA512)),
    "with a list of prefixes": lambda scene: signed(scene, Signing(transforms=(ENVELOPED, _PREFIXED))),
    "with its certificate": lambda scene: signed(scene, Signing(key_info=with_certificate(scene.idp))),
    "with somebody else's certificate": lambda scene: signed(scene, Signing(key_info=with_certificate(scene.thief))),
    "times of another zone": lambda scene: scene.xml(assertion_issued="2030-01-01T14:00:00+02:00"),
    "times to the second": lambda scene: scene.xml(issued="2030-01-01T12:00:00Z"),
    "times to the ten millionth": lambda scene: scene.xml(issued="2030-01-01T12:00:00.1234567Z"),
    "two audiences": lambda scene: scene.xml(audiences=(("urn:other", AUDIENCE),)),
    "two restrictions, both to us": lambda scene: scene.xml(audiences=((AUDIENCE,), ("urn:x", AUDIENCE))),
    "for one use": lambda scene: scene.xml(in_conditions=Raw("<saml:OneTimeUse/>")),
    "a lasting name id": lambda scene: scene.xml(name_format=f"{_FORMATS}:persistent"),
    "a passing name id": lambda scene: scene.xml(name_format=f"{_FORMATS}:transient"),
    "a name id of no kind": lambda scene: scene.xml(name_format=None),
    "without the number of a session": lambda scene: scene.xml(session_index=None),
    "values with their types": lambda scene: scene.xml(attributes=_TYPED),
}  # fmt: skip


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in TRUE.items()])
async def test_s3_08_what_providers_truly_say_signs_in(text: Text) -> None:
    place = gate()

    answer = await place.answer(form(text(place.scene)))

    (record,) = place.house.ledger.sign_ins
    assert (answer.status_code, record.reason, record.person) == (303, "ok", "user-lob-a")
    assert signed_in(answer)
    assert answer.headers["location"] == "/open/forecasting"


@pytest.mark.parametrize("name", LIMITS)
async def test_the_neighbour_of_each_limit_counts(name: str) -> None:
    place = gate()
    _, last = LIMITS[name]

    answer = await place.answer(form(place.scene.xml(**{name: last})))

    assert signed_in(answer), place.house.ledger.sign_ins[0].reason


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=name) for name, text in HARMLESS.items()]
)
async def test_s3_18_another_spelling_is_refused_or_is_of_the_same_person(text: Text) -> None:
    place = gate()

    answer = await place.answer(form(text(place.scene)))

    (record,) = place.house.ledger.sign_ins
    assert answer.status_code in {303, 400, 401}
    assert signed_in(answer) is (answer.status_code == 303)
    assert record.person == ("user-lob-a" if signed_in(answer) else None)


OUTSIDE = (
    "https://evil.example/", "http://evil.example", "//evil.example", "///evil.example",
    "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example",
    "javascript:alert(1)", "data:text/html,x", "http:evil.example", "https:/evil.example",
    "HTTPS://EVIL.EXAMPLE", "evil.example", "@evil.example", "/x\r\nLocation: https://evil.example",
    "/x\nSet-Cookie: a=b", "/%0d%0aSet-Cookie:%20a=b\r\n", "\u2044\u2044evil.example",
    "/\u2028/evil.example", "//evil.example\\@studio.acme.example", "http://studio.acme.example@evil.example/",
    "http://studio.acme.example.evil.example/", "/open/../../evil", "?next=https://evil.example",
    "#//evil.example", "x" * 5000, "/" + "x" * 5000, "", "\0/", "/\0", "/signout", "/signin/workforce",
)  # fmt: skip


@pytest.mark.parametrize("relay", OUTSIDE)
async def test_s3_18_a_relay_state_leads_nowhere_but_here(relay: str) -> None:
    place = gate()
    for pairs in (
        [("SAMLResponse", encoded(place.scene.xml())), ("RelayState", relay)],
        [("RelayState", relay), ("SAMLResponse", encoded(place.scene.xml(assertion_id="_b")))],
    ):
        answer = await place.answer(fields(*pairs))

        assert answer.status_code == 303
        where = answer.headers["location"]
        assert urljoin(f"{ORIGIN}/saml", where).startswith(f"{ORIGIN}/")
        assert not where.startswith("//")
        assert where.isascii()
        assert where.isprintable()
        assert where in {"/open/forecasting", relay}
        assert len(answer.headers.get_list("set-cookie")) == 1


@pytest.mark.parametrize("relay", ["/reach", "/open/churn", "/open/churn?app=JupyterLab"])
async def test_a_relay_state_that_is_a_path_of_ours_is_honoured(relay: str) -> None:
    place = gate()

    answer = await place.answer(form(place.scene.xml(), ("RelayState", relay)))

    assert answer.headers["location"] == relay


@pytest.mark.parametrize("relay", OUTSIDE)
async def test_s3_18_nor_does_the_page_a_sign_in_began_at(relay: str) -> None:
    place = gate()
    async with place.browser() as browser:
        away = await browser.get("/signin/workforce", params={"next": relay[:200]})
    assert away.headers["location"].startswith("https://idp.acme.example/sso?")
    assert "evil" not in away.headers["location"]


async def test_the_method_and_the_place_of_a_message_are_those_of_the_binding() -> None:
    place = gate()
    value = encoded(place.scene.xml())
    async with place.browser() as browser:
        answers = [
            await browser.get("/saml", params={"SAMLResponse": value[:3000]}),
            await browser.put("/saml", data={"SAMLResponse": value}),
            await browser.post("/saml/", data={"SAMLResponse": value}),
            await browser.post(f"/saml?SAMLResponse={value[:3000]}"),
        ]

    assert all(400 <= answer.status_code < 500 for answer in answers)
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert value[:60] not in kept(place.house)
