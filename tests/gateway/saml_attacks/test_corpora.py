"""Documents of other people's tests: none signs anybody in, and none breaks anything.

What is in them, and whose it is, is said in the NOTICE beside them.
"""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from studiogate.gateway.saml.reading import moment
from tests.kit.gateway import House
from tests.kit.saml_attacks import form
from tests.kit.saml_attacks_room import NAME, Gate, defects, gate, scene, signed_in, written
from tests.kit.saml_idp import ASSERTION, DSIG, METADATA, PROTOCOL, encoded

CORPUS = Path(__file__).parents[2] / "kit" / "corpora" / "saml" / "pysaml2"
DOCUMENTS = {path.stem: path.read_bytes() for path in sorted(CORPUS.glob("*.xml"))}
each = pytest.mark.parametrize(
    "document", [pytest.param(raw, id=name) for name, raw in DOCUMENTS.items()]
)


def certificates(document: bytes) -> list[str]:
    """Certificates in a message that is a response, as base64."""
    try:
        root = etree.fromstring(document)
    except etree.XMLSyntaxError:
        return []
    found = root.iter(f"{{{DSIG}}}X509Certificate")
    return [one.text or "" for one in found] if root.tag == f"{{{PROTOCOL}}}Response" else []


SIGNED = {name: raw for name, raw in DOCUMENTS.items() if certificates(raw)}


def trusting(document: bytes) -> Gate:
    """A gateway that trusts whoever signed `document`, at the moment it was issued."""
    root = etree.fromstring(document)
    issuer = root.findtext(f"{{{ASSERTION}}}Issuer") or root.findtext(
        f".//{{{ASSERTION}}}Issuer"
    )
    house = House()
    issued = moment(root.get("IssueInstant"))
    assert issued is not None
    house.clock.now = issued + timedelta(seconds=1)
    key = (
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{DSIG}"><ds:X509Data>'
        f"<ds:X509Certificate>{certificates(document)[0]}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
    published = (
        f'<md:EntityDescriptor xmlns:md="{METADATA}" entityID="{issuer}"><md:IDPSSODescriptor '
        f'protocolSupportEnumeration="{PROTOCOL}">{key}<md:SingleSignOnService '
        'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        'Location="https://idp.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>'
    )
    return Gate(house, scene(house), published={NAME: published.encode()})


def test_the_corpus_is_there() -> None:
    assert len(DOCUMENTS) >= 50
    assert len(SIGNED) >= 5
    assert sum(map(len, DOCUMENTS.values())) < 1_000_000
    assert (CORPUS / "NOTICE").read_text(encoding="utf-8").count("pysaml2") >= 2


@each
async def test_s3_18_a_document_of_others_is_refused_and_breaks_nothing(
    document: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    place = gate()

    answer = await place.answer(form(document))

    assert answer.status_code in {400, 401}
    assert "set-cookie" not in answer.headers
    assert [record.outcome for record in place.house.ledger.sign_ins] == ["refused"]
    assert defects(caplog) == []
    assert encoded(document)[100:160] not in written(caplog)


@pytest.mark.parametrize(
    "document", [pytest.param(raw, id=name) for name, raw in SIGNED.items()]
)
async def test_s3_18_nor_does_it_sign_in_where_its_signer_is_trusted_and_it_is_fresh(
    document: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    place = trusting(document)

    answer = await place.answer(form(document))

    assert not signed_in(answer)
    assert answer.status_code != 500
    assert not [record for record in caplog.records if record.exc_info]


@each
async def test_a_document_of_others_as_metadata_lets_nobody_in(
    document: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    house = House()
    place = Gate(house, scene(house), published={NAME: document})

    answer = await place.answer(form(place.scene.xml()))

    assert not signed_in(answer)
    assert answer.status_code in {401, 502, 503}
    assert not [record for record in caplog.records if record.exc_info]
