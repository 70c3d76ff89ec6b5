"""What the access portal says about a person, and that two verifiers believe it (S3-08, S3-09)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from studiogate.local.workforce.saml import when
from tests.kit.workforce import (
    ADA,
    ANN,
    AUDIENCE,
    BO,
    DECLARED,
    ENTITY,
    NS,
    Founded,
    Handed,
    founded,
    handed,
    landscape,
)

CONFIRMED = "//saml:SubjectConfirmationData/"


async def said(
    portal: Founded, person: tuple[str, str] = ADA, network: str = "office"
) -> Handed:
    name = "fraud" if person == BO else "forecasting"
    return handed(await portal.browser(network).sign_in(*person, f"/applications/{name}"))


def believed(portal: Founded, message: bytes) -> etree._Element:
    """The assertion that signxml read from the signed bytes, by the published certificate."""
    found = XMLVerifier().verify(
        etree.fromstring(message),
        x509_cert=portal.published[0],
        id_attribute="ID",
        expect_config=SignatureConfiguration(
            location=f"./{{{NS['saml']}}}Assertion/",
            signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
            digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
            verification_time=portal.clock.now,
        ),
    )
    assert not isinstance(found, list)
    assert found.signed_xml is not None
    return found.signed_xml


def check_with_xmlsec(portal: Founded, message: bytes) -> None:
    """Verify the one signature of `message`, by a second implementation.

    Raises:
        xmlsec.VerificationError: it does not hold.
    """
    root = etree.fromstring(message)
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    pem = portal.published[0].public_bytes(Encoding.PEM)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem, None)
    signature = root.find("saml:Assertion/ds:Signature", NS)
    assert signature is not None
    context.verify(signature)


async def test_s3_09_an_assertion_names_the_person_the_domain_and_their_groups(
    portal: Founded,
) -> None:
    found = await said(portal)

    assert found.text("//saml:NameID/text()") == ADA[0]
    assert found.text("//saml:NameID/@Format").endswith(":nameid-format:emailAddress")
    assert found.attribute("username") == [ADA[0]]
    assert found.attribute("domain-id") == ["d-forecasting1"]
    assert found.attribute("groups") == ["ml-lob-a", "all-ml"]


async def test_s3_09_a_name_that_is_no_address_becomes_one_as_the_subject_alone(
    portal: Founded,
) -> None:
    found = await said(portal, ANN)

    assert found.text("//saml:NameID/text()") == "ann@acme.example"
    assert found.attribute("username") == ["ann"]


async def test_s3_08_it_is_for_our_audience_at_one_address_and_for_a_short_time(
    portal: Founded,
) -> None:
    found, now = await said(portal), portal.clock.now

    soon = when(now + timedelta(minutes=5))
    assert found.values("//saml:Issuer/text()") == [ENTITY, ENTITY]
    assert found.text("//saml:Audience/text()") == AUDIENCE
    assert found.consumer == "http://localhost:4000/saml"
    assert found.text("/samlp:Response/@Destination") == found.consumer
    assert found.text(f"{CONFIRMED}@Recipient") == found.consumer
    assert found.text(f"{CONFIRMED}@NotOnOrAfter") == soon
    assert found.text("//saml:Conditions/@NotOnOrAfter") == soon
    assert found.text("//saml:AuthnStatement/@SessionNotOnOrAfter") == when(
        now + timedelta(hours=8)
    )
    assert found.text("//samlp:StatusCode/@Value").endswith(":status:Success")
    assert found.values("//@InResponseTo") == []
    assert found.relay is None


@pytest.mark.parametrize("network", ["office", "hub", "internet"])
async def test_s3_08_it_is_posted_to_the_portal_of_the_network_the_browser_is_in(
    portal: Founded, network: str
) -> None:
    found = await said(portal, network=network)

    assert found.consumer == portal.places.known["portal", network].url + "/saml"


async def test_the_session_is_that_of_the_password_however_often_a_tile_is_pressed(
    portal: Founded,
) -> None:
    browser, began = portal.browser(), when(portal.clock.now)
    first = handed(await browser.sign_in(*ADA, "/applications/forecasting"))
    portal.clock.wait(hours=1)

    again = handed(await browser.http.get("/applications/forecasting"))

    statement = "//saml:AuthnStatement/"
    for path in ("@SessionIndex", "@AuthnInstant", "@SessionNotOnOrAfter"):
        assert again.text(statement + path) == first.text(statement + path)
    assert again.text(f"{statement}@AuthnInstant") == began
    ids = {
        one.text(path) for one in (first, again) for path in ("/*/@ID", "//saml:Assertion/@ID")
    }
    assert len(ids) == 4


async def test_two_verifiers_believe_the_assertion_and_read_the_same_person(
    portal: Founded,
) -> None:
    found = await said(portal)

    signed = believed(portal, found.message)
    check_with_xmlsec(portal, found.message)

    assert etree.QName(signed).localname == "Assertion"
    assert signed.xpath("//saml:NameID/text()", namespaces=NS) == [ADA[0]]
    text = found.message.decode()
    assert "rsa-sha256" in text
    assert text.count("http://www.w3.org/2001/10/xml-exc-c14n#") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ADA[0], "user-lob-b@acme.example"),
        ("d-forecasting1", "d-fraud1"),
        (AUDIENCE, "urn:studiogate:acme:prod"),
        ("all-ml", "ml-lob-b"),
    ],
)
async def test_no_verifier_believes_what_was_altered_on_the_way(
    portal: Founded, old: str, new: str
) -> None:
    altered = (await said(portal)).message.replace(old.encode(), new.encode())

    with pytest.raises(InvalidSignature):
        believed(portal, altered)
    with pytest.raises(xmlsec.VerificationError):
        check_with_xmlsec(portal, altered)


async def test_names_and_audience_are_those_the_landscape_maps(tmp_path: Path) -> None:
    mapped = {"person": "user name", "domain": "studio", "groups": 'teams"<&>'}
    idp: dict[str, Any] = {
        **DECLARED["idps"]["workforce"],
        "attributes": mapped,
        "audience": "https://studio.acme.example/?a=1&b=2",
    }
    portal = founded(tmp_path, landscape(idps={**DECLARED["idps"], "workforce": idp}))

    found = await said(portal)

    assert found.values("//saml:Attribute/@Name") == list(mapped.values())
    assert found.text("//saml:Audience/text()") == idp["audience"]
    believed(portal, found.message)
