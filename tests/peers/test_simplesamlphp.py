"""SimpleSAMLphp as the peer: what it says, read from what it really sends."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from studiogate.gateway.saml.metadata import fingerprint, read
from tests.kit.browser import browsing
from tests.kit.peer_oidc import PERSON, Address, Visitor, address, forms
from tests.kit.peer_saml import (
    ALGORITHMS,
    DONE,
    EMAIL,
    PERSISTENT,
    TRANSIENT,
    Trusting,
    brought,
    handed,
    refused,
    stated,
)
from tests.kit.peer_saml_php import ENTITY, PASSWORD, SimpleSaml, simple_saml
from tests.kit.saml_idp import certificate

OPEN = "/open/forecasting"
ELSEWHERE = "https://elsewhere.example/open/forecasting"
SIGNED_METADATA = {
    "metadata.sign.enable": True,
    "metadata.sign.privatekey": "idp.key",
    "metadata.sign.certificate": "idp.crt",
    "metadata.sign.algorithm": ALGORITHMS["SHA-256"][0],
}
ASSERTION = {"saml20.sign.assertion": True, "saml20.sign.response": False}
RESPONSE = {"saml20.sign.assertion": False, "saml20.sign.response": True}
BOTH = {"saml20.sign.assertion": True, "saml20.sign.response": True}
SHA_1 = {"signature.algorithm": ALGORITHMS["SHA-1"][0]}
NOTHING = {"saml20.sign.assertion": False, "saml20.sign.response": False}


@dataclass(frozen=True)
class Scene(Trusting):
    """The gateway, and the provider it trusts."""

    peer: SimpleSaml

    def meet(self, *, trust: dict[str, Any] | None = None, **how: Any) -> None:
        """Set both up with each other: the provider as `how` says, the gateway as `trust`."""
        self.begin(**(trust or {}))
        self.peer.settle(self.described(), **how)
        self.enter(self.peer.metadata())


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleSaml]:
    with simple_saml(tmp_path_factory.mktemp("simplesamlphp")) as found:
        yield found


@pytest.fixture(scope="module")
def where() -> Iterator[Address]:
    with address() as found:
        yield found


@pytest.fixture
def scene(peer: SimpleSaml, where: Address) -> Iterator[Scene]:
    with ExitStack() as stack:
        yield Scene(where.gateway(), stack, peer)


@pytest.mark.parametrize("name_id", [EMAIL, PERSISTENT, TRANSIENT])
def test_s3_08_whoever_begins_here_comes_back_signed_in_and_to_where_they_were_going(
    scene: Scene, name_id: str
) -> None:
    scene.meet(remote={"NameIDFormat": name_id})
    visitor = scene.visitor()

    answer = brought(visitor, scene.peer.signed_in(visitor, scene.start("/reach")))

    assert (answer.status_code, answer.headers["location"]) == (303, "/reach")
    me = scene.ours.me(visitor).json()
    assert (me["person"], me["idp"], me["way"]) == (PERSON, "workforce", "session")
    assert scene.ours.records() == [DONE]


def test_s3_07_whoever_begins_at_the_provider_comes_to_the_domain_they_chose_there(
    scene: Scene,
) -> None:
    scene.meet()
    visitor = scene.visitor()

    answer = brought(visitor, scene.peer.signed_in(visitor, scene.peer.tile()))

    assert (answer.status_code, answer.headers["location"]) == (303, OPEN)
    assert visitor.get(f"{scene.ours.url}{OPEN}").status_code == 302
    assert scene.who(visitor) == PERSON


@pytest.mark.parametrize(
    ("relay", "leads_to"),
    [
        ("/reach", "/reach"),
        ("", OPEN),
        (ELSEWHERE, OPEN),
        ("//elsewhere.example", OPEN),
        ("/\\elsewhere.example", OPEN),
    ],
)
def test_the_provider_may_send_people_on_to_our_own_paths_alone(
    scene: Scene, relay: str, leads_to: str
) -> None:
    scene.meet()
    visitor = scene.visitor()

    page = scene.peer.signed_in(visitor, scene.peer.tile(relay))
    answer = brought(visitor, page)

    assert handed(page)[1]["RelayState"] == relay
    assert answer.headers["location"] == leads_to


@pytest.mark.parametrize(
    ("strength", "signed"),
    [
        pytest.param("SHA-256", ASSERTION, id="assertion"),
        pytest.param("SHA-256", RESPONSE, id="response"),
        pytest.param("SHA-256", BOTH, id="both"),
        pytest.param("SHA-384", BOTH, id="SHA-384"),
        pytest.param("SHA-512", BOTH, id="SHA-512"),
    ],
)
def test_s3_18_what_it_signs_counts_whatever_part_of_it_and_however_strongly(
    scene: Scene, strength: str, signed: dict[str, bool]
) -> None:
    scene.meet(remote=signed | {"signature.algorithm": ALGORITHMS[strength][0]})
    visitor = scene.visitor()

    brought(visitor, scene.peer.signed_in(visitor, scene.start()))

    assert scene.who(visitor) == PERSON
    assert scene.ours.records() == [DONE]


@pytest.mark.parametrize(
    ("remote", "reason"),
    [
        pytest.param(NOTHING, "saml-unsigned", id="nothing is signed"),
        pytest.param(ASSERTION | SHA_1, "saml-algorithm", id="assertion with SHA-1"),
        pytest.param(RESPONSE | SHA_1, "saml-algorithm", id="response with SHA-1"),
        pytest.param(BOTH | SHA_1, "saml-algorithm", id="both with SHA-1"),
        pytest.param(
            {"assertion.encryption": True, "certificate": "idp.crt"},
            "saml-encrypted",
            id="encrypted for a key that is not ours",
        ),
        pytest.param(
            {"signature.privatekey": "other.key", "signature.certificate": "other.crt"},
            "saml-signature",
            id="signed with a key it does not publish",
        ),
        pytest.param({"assertion.lifetime": -120}, "saml-expired", id="over before it came"),
    ],
)
def test_s3_18_a_provider_that_is_set_up_wrongly_signs_nobody_in(
    scene: Scene, remote: dict[str, Any], reason: str
) -> None:
    scene.meet(remote=remote)
    visitor = scene.visitor()

    answer = brought(visitor, scene.peer.signed_in(visitor, scene.start()))

    assert answer.status_code in {400, 401}
    assert scene.who(visitor) is None
    assert scene.ours.records() == [refused(reason)]


def test_a_wrong_password_gets_no_assertion(scene: Scene) -> None:
    scene.meet()
    visitor = scene.visitor()

    page = scene.peer.signed_in(visitor, scene.start(), password="of-yesterday")

    assert all("SAMLResponse" not in fields for _, fields in forms(page))
    assert scene.who(visitor) is None
    assert scene.ours.records() == []


@pytest.mark.parametrize(
    ("begun", "reasons"),
    [
        ("there", ("saml-repeated", "saml-repeated")),
        ("here", ("saml-request", "saml-request-repeated")),
    ],
)
def test_s3_18_the_same_form_is_good_once(
    scene: Scene, begun: str, reasons: tuple[str, str]
) -> None:
    scene.meet()
    visitor, thief = scene.visitor(), scene.visitor()
    start = scene.start() if begun == "here" else scene.peer.tile()
    page = scene.peer.signed_in(visitor, start)
    kept = dict(visitor.cookies)
    assert brought(visitor, page).status_code == 303

    again = brought(thief, page)
    visitor.cookies = kept
    with_its_cookies = brought(visitor, page)

    assert (again.status_code, with_its_cookies.status_code) == (401, 401)
    assert scene.who(thief) is None
    assert scene.ours.records() == [DONE, *map(refused, reasons)]


def test_an_answer_is_for_the_browser_that_asked(scene: Scene) -> None:
    scene.meet()
    visitor, other = scene.visitor(), scene.visitor()
    other.get(scene.start())

    answer = brought(other, scene.peer.signed_in(visitor, scene.start()))

    assert answer.status_code == 401
    assert scene.who(other) is None
    assert scene.ours.records() == [refused("saml-request")]


def test_s3_18_a_form_that_was_touched_on_its_way_is_refused(scene: Scene) -> None:
    scene.meet(attributes=stated(username=["user-lob-b"]))
    visitor = scene.visitor()
    place, fields = handed(scene.peer.signed_in(visitor, scene.peer.tile()))
    message = base64.b64decode(fields["SAMLResponse"]).replace(b"user-lob-b", b"user-lob-a")
    touched = base64.b64encode(message).decode()

    answer = visitor.post(place, {"SAMLResponse": touched}, sec_fetch_site="cross-site")

    assert answer.status_code == 401
    assert scene.ours.records() == [refused("saml-signature")]


def test_a_wish_for_a_domain_of_others_is_not_granted(scene: Scene) -> None:
    scene.meet(attributes=stated(domain_id=["d-fraud"]))
    visitor = scene.visitor()

    answer = brought(visitor, scene.peer.signed_in(visitor, scene.peer.tile()))

    assert answer.status_code == 403
    assert scene.who(visitor) is None


def test_whoever_comes_from_the_provider_without_a_wish_is_refused(scene: Scene) -> None:
    scene.meet(attributes=stated(domain_id=None))
    visitor = scene.visitor()

    answer = brought(visitor, scene.peer.signed_in(visitor, scene.peer.tile()))

    assert answer.status_code == 400
    assert scene.ours.records() == [refused("saml-attribute")]


def test_groups_of_the_assertion_can_close_a_line_of_business(scene: Scene) -> None:
    scene.meet(attributes=stated(groups=["of-somebody-else"], domain_id=None))
    visitor = scene.visitor()

    brought(visitor, scene.peer.signed_in(visitor, scene.start()))
    refusal = visitor.get(f"{scene.ours.url}{OPEN}", accept="application/json")

    assert (refusal.status_code, refusal.json()["reason"]) == (403, "not-in-group")


def test_its_metadata_says_who_it_is_where_to_sign_in_and_with_what_it_signs(
    scene: Scene,
) -> None:
    scene.meet()

    found = read(scene.peer.metadata())

    assert (found.entity_id, found.sso_redirect) == (ENTITY, scene.peer.sso)
    assert found.prints == {fingerprint(certificate("idp", 2048))}


def test_certificates_roll_over_without_a_restart(scene: Scene) -> None:
    scene.meet()
    visitors = [scene.visitor() for _ in range(4)]

    def enter(visitor: Visitor) -> str | None:
        brought(visitor, scene.peer.signed_in(visitor, scene.start()))
        return scene.who(visitor)

    assert enter(visitors[0]) == PERSON
    scene.peer.roll_over("next")
    scene.enter(scene.peer.metadata())
    scene.ours.clock.forward(seconds=61)
    assert enter(visitors[1]) == PERSON
    scene.peer.sign_with("next")
    assert enter(visitors[2]) == PERSON
    scene.peer.sign_with("of-nobody")
    assert enter(visitors[3]) is None
    assert scene.ours.records() == [DONE, DONE, DONE, refused("saml-signature")]


def test_a_roll_over_that_the_provider_has_signed_needs_no_administrator(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.meet(trust={"metadata_url": scene.peer.metadata_url})
    scene.peer.roll_over("next")
    scene.peer.change(**SIGNED_METADATA)
    scene.begin(metadata_url=scene.peer.metadata_url)
    visitor = scene.visitor()
    start = scene.start()
    visitor.get(start)
    scene.peer.sign_with("next")

    brought(visitor, scene.peer.signed_in(visitor, start))

    assert scene.who(visitor) == PERSON
    assert "is followed" in caplog.text


def test_a_roll_over_that_nobody_has_signed_waits_for_an_administrator(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.meet(trust={"metadata_url": scene.peer.metadata_url})
    scene.peer.sign_with("next")
    visitor = scene.visitor()

    brought(visitor, scene.peer.signed_in(visitor, scene.start()))

    assert scene.who(visitor) is None
    assert scene.ours.records() == [refused("saml-signature")]
    assert "is not followed" in caplog.text


@pytest.mark.browser
def test_a_browser_carries_the_sign_in_from_site_to_site(scene: Scene) -> None:
    scene.meet(attributes=stated(domain_id=None))
    with browsing() as browser:
        page = browser.new_page()
        page.goto(scene.start())
        page.fill("#username", PERSON)
        page.fill("#password", PASSWORD)
        page.click("#submit_button")
        page.wait_for_url(f"{scene.ours.url}/**")
        shown = page.text_content("body")

    assert PERSON in (shown or "")
    assert scene.ours.records() == [DONE]
