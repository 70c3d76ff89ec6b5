"""An application asks: honest requests are answered where they may be, others nowhere (S3-08)."""

import base64
import os
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.workforce.asked import LARGEST_XML, Asked, Known, read_request
from studiogate.local.workforce.saml import Unreadable
from tests.kit.idp import StandingClock
from tests.kit.workforce import (
    ADA,
    ASKED_AT,
    AUDIENCE,
    NS,
    SAM,
    Founded,
    asking,
    handed,
    packed,
    question,
)

NOW = StandingClock().now
HERE = "http://localhost:4010/sso"
CONSUMER = "http://localhost:4000/saml"
KNOWN = Known(AUDIENCE, {CONSUMER}, {HERE}, NOW)
ID = "_request-0123456789"


def read(document: bytes, **more: str) -> Asked:
    return read_request({"SAMLRequest": packed(document), **more}, KNOWN)


def honest(**changed: str | None) -> bytes:
    return question(NOW, **{"Destination": HERE, **changed})


async def test_s3_08_an_application_sends_somebody_and_gets_its_answer(portal: Founded) -> None:
    browser = portal.browser("internet")

    page = await browser.sign_in(*ADA, asking(question(NOW), RelayState='/open/"<x>'))

    found = handed(page)
    assert found.consumer == CONSUMER
    assert found.values("//@InResponseTo") == [ID, ID]
    assert found.text("//saml:SubjectConfirmationData/@Recipient") == CONSUMER
    assert found.relay == '/open/"<x>'
    assert found.attribute("username") == [ADA[0]]


async def test_such_an_answer_wishes_for_no_domain(portal: Founded) -> None:
    found = handed(await portal.browser().sign_in(*ADA, asking(question(NOW))))

    assert found.attribute("domain-id") == []
    assert found.relay is None


async def test_somebody_signed_in_is_sent_straight_back_unless_asked_anew(
    portal: Founded,
) -> None:
    browser = portal.browser()
    await browser.sign_in(*ADA)
    portal.clock.wait(minutes=5)

    straight = handed(await browser.http.get(asking(question(NOW))))
    page = await browser.http.get(asking(question(NOW, ForceAuthn="true")))
    anew = handed(await browser.answer(page, *ADA))

    at = "//saml:AuthnStatement/@AuthnInstant"
    assert straight.text(at) < anew.text(at)


async def test_s3_07_nobody_without_an_application_gets_an_assertion(portal: Founded) -> None:
    page = await portal.browser().sign_in(*SAM, asking(question(NOW)))

    assert page.status_code == 403
    assert "SAMLResponse" not in page.text


@pytest.mark.parametrize("consumer", [None, "http://127.0.0.1:4000/saml"])
async def test_the_answer_goes_to_an_address_that_is_configured(
    portal: Founded, consumer: str | None
) -> None:
    asked = asking(question(NOW, AssertionConsumerServiceURL=consumer))

    found = handed(await portal.browser().sign_in(*ADA, asked))

    assert found.consumer == (consumer or "http://localhost:4000/saml")


@pytest.mark.parametrize(
    "consumer",
    [
        "https://evil.example/saml",
        "http://localhost:4000/saml/",
        "http://localhost:4000/saml?x",
        "http://localhost:4000@evil.example/saml",
        "HTTP://localhost:4000/saml",
        "",
    ],
)
async def test_a_request_cannot_send_an_assertion_to_a_stranger(
    portal: Founded, consumer: str
) -> None:
    browser = portal.browser()
    await browser.sign_in(*ADA)

    page = await browser.http.get(asking(question(NOW, AssertionConsumerServiceURL=consumer)))

    assert page.status_code == 400
    assert "SAMLResponse" not in page.text
    assert "evil.example" not in page.text + page.headers["content-security-policy"]


def test_an_honest_request_is_read_whole() -> None:
    assert read(honest(), RelayState="r") == Asked(
        ID, CONSUMER, "r", anew=False, audience=AUDIENCE
    )
    assert read(honest(AssertionConsumerServiceURL=None, ForceAuthn="1")) == Asked(
        ID, None, None, anew=True, audience=AUDIENCE
    )


@pytest.mark.parametrize("off", [timedelta(minutes=10), timedelta(minutes=-10)])
def test_a_clock_may_be_ten_minutes_wrong_and_no_more(off: timedelta) -> None:
    read(question(NOW + off, Destination=HERE))

    further = off + (timedelta(seconds=1) if off > timedelta() else timedelta(seconds=-1))
    with pytest.raises(Unreadable, match="too long ago, or by a clock"):
        read(question(NOW + further, Destination=HERE))


def inside(what: str) -> bytes:
    return honest().replace(b"</saml:Issuer>", b"</saml:Issuer>" + what.encode())


def instead(old: str, new: str) -> Callable[[], bytes]:
    changed = honest().replace(old.encode(), new.encode())
    assert changed != honest()
    return lambda: changed


DTD = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
LAUGHS = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("document", "why"),
    [
        pytest.param(lambda: DTD + honest(), "document type", id="an external entity"),
        pytest.param(lambda: LAUGHS + honest(), "document type", id="entities that grow"),
        pytest.param(lambda: honest().decode().encode("utf-16"), "UTF-8", id="UTF-16"),
        pytest.param(lambda: b"<r" * 3000, "well-formed", id="never closed"),
        pytest.param(lambda: b"<r>" * 3000, "well-formed", id="three thousand deep"),
        pytest.param(lambda: b"", "well-formed", id="nothing"),
        pytest.param(lambda: honest() + honest(), "well-formed", id="two documents"),
        pytest.param(lambda: inside("<!-- -->"), "comments", id="a comment"),
        pytest.param(lambda: inside("<?php ?>"), "comments", id="a processing instruction"),
        pytest.param(instead("AuthnRequest", "LogoutRequest"), "not an Authn", id="a logout"),
        pytest.param(instead(AUDIENCE, "urn:other"), "not registered", id="a stranger asks"),
        pytest.param(instead(AUDIENCE, f" {AUDIENCE}"), "not registered", id="a space before"),
        pytest.param(
            instead("<saml:Issuer>", f"<saml:Issuer>{AUDIENCE}</saml:Issuer><saml:Issuer>"),
            "not registered",
            id="two issuers",
        ),
        pytest.param(
            instead(AUDIENCE, f"{AUDIENCE}<b/>"),
            "not registered",
            id="an element in the issuer",
        ),
        pytest.param(
            lambda: inside(f'<ds:Signature xmlns:ds="{NS["ds"]}"/>'),
            "not offered",
            id="a signature inside",
        ),
        pytest.param(
            lambda: inside("<saml:Subject/>"), "not offered", id="a wish for another subject"
        ),
        pytest.param(
            lambda: inside(
                '<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"/>'
            ),
            "names that are not offered",
            id="transient names",
        ),
        pytest.param(
            lambda: inside(
                "<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>"
                "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
                "</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
            ),
            "sign in in a way",
            id="a certificate in place of a password",
        ),
        pytest.param(lambda: honest(Version="1.1"), "SAML 2.0", id="version 1.1"),
        pytest.param(lambda: honest(ID="1"), "fit ID", id="an ID that is no name"),
        pytest.param(lambda: honest(ID="_" + "x" * 128), "fit ID", id="an ID without end"),
        pytest.param(lambda: honest(ID=None), "fit ID", id="no ID"),
        pytest.param(lambda: honest(IssueInstant=None), "UTC", id="no time"),
        pytest.param(lambda: honest(IssueInstant="2030-01-15T09:00:00"), "UTC", id="no zone"),
        pytest.param(
            lambda: honest(IssueInstant="2030-13-15T09:00:00Z"), "exist", id="month 13"
        ),
        pytest.param(
            lambda: honest(Destination="http://x/"), "another provider", id="not to us"
        ),
        pytest.param(lambda: honest(IsPassive="true"), "nobody to be asked", id="passive"),
        pytest.param(lambda: honest(ForceAuthn="yes"), "neither true", id="ForceAuthn=yes"),
        pytest.param(lambda: honest(ProtocolBinding="urn:x"), "in a way", id="another binding"),
        pytest.param(
            lambda: honest(AssertionConsumerServiceIndex="1"), "not offered", id="by an index"
        ),
        pytest.param(
            lambda: honest(AssertionConsumerServiceURL="http://evil.example/"),
            "not registered",
            id="an address of theirs",
        ),
    ],
)
def test_a_hostile_request_is_refused_in_words(document: Callable[[], bytes], why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(document())


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        pytest.param("", "no SAMLRequest", id="nothing"),
        pytest.param("A" * 16_385, "too large", id="too long"),
        pytest.param("!!!!", "base64", id="not base64"),
        pytest.param(packed(b"<r/>") + "\n", "base64", id="a line break"),
        pytest.param(base64.b64encode(b"<r/>").decode(), "one whole", id="not deflated"),
        pytest.param(base64.b64encode(zlib.compress(b"<r/>")).decode(), "deflated", id="zlib"),
        pytest.param(
            base64.b64encode(base64.b64decode(packed(b"<r/>")) + b"x").decode(),
            "one whole message",
            id="something behind it",
        ),
        pytest.param(
            base64.b64encode(base64.b64decode(packed(honest()))[:-4]).decode(),
            "one whole message",
            id="cut off",
        ),
        pytest.param("é", "base64", id="not ASCII"),
    ],
)
def test_what_is_not_a_deflated_message_is_refused(sent: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_request({"SAMLRequest": sent}, KNOWN)


def test_a_bomb_is_refused_before_it_takes_memory() -> None:
    bomb = packed(b"\0" * 12_000_000)
    assert len(bomb) <= 16_384
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="too large"):
            read_request({"SAMLRequest": bomb}, KNOWN)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 10 * LARGEST_XML


@pytest.mark.parametrize("relay", ["x" * 1025, "a\nb", "\x00"])
def test_a_relay_state_that_is_too_long_or_not_text_is_refused(relay: str) -> None:
    with pytest.raises(Unreadable, match="RelayState"):
        read(honest(), RelayState=relay)


def test_the_encoding_a_document_claims_is_not_believed() -> None:
    claimed = b'<?xml version="1.0" encoding="UTF-7"?>' + inside("").replace(
        b"<saml:I", b"+ADw-saml:I"
    )

    with pytest.raises(Unreadable):
        read(claimed)


@given(junk=st.binary(max_size=200), at=st.integers(0, 600), deflated=st.booleans())
def test_nothing_that_is_sent_breaks_the_reader(
    junk: bytes, at: int, *, deflated: bool
) -> None:
    document = honest()
    mixed = document[:at] + junk + document[at + len(junk) :]
    sent = packed(mixed) if deflated else base64.b64encode(mixed).decode()

    try:
        found = read_request({"SAMLRequest": sent}, KNOWN)
    except Unreadable:
        return
    assert found.consumer in {CONSUMER, None}


@pytest.mark.parametrize(
    "query", ["", "SAMLRequest=a&SAMLRequest=b", "SAMLRequest=%ff", "RelayState=x"]
)
async def test_a_link_that_is_no_request_is_answered_in_words(
    portal: Founded, query: str
) -> None:
    page = await portal.browser().http.get(f"{ASKED_AT}?{query}")

    assert page.status_code == 400
    assert "This sign-in cannot begin" in page.text


async def test_a_request_that_is_posted_is_not_offered(portal: Founded) -> None:
    page = await portal.browser().http.post(ASKED_AT, data={"SAMLRequest": os.urandom(3).hex()})

    assert page.status_code == 405
