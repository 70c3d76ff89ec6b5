"""pysaml2 as the peer: another hand that signs, and another reader of what we ask."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from studiogate.gateway.saml.metadata import fingerprint, read
from tests.kit.peer_oidc import PERSON, Address, address
from tests.kit.peer_saml import (
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
from tests.kit.peer_saml_python import ENTITY, PySaml, py_saml
from tests.kit.saml_idp import certificate

ASSERTION = {"sign_assertion": True, "sign_response": False}
RESPONSE = {"sign_assertion": False, "sign_response": True}
BOTH = {"sign_assertion": True, "sign_response": True}


@dataclass(frozen=True)
class Scene(Trusting):
    """The gateway, and the provider it trusts."""

    peer: PySaml

    def meet(self, **how: Any) -> None:
        """Set both up with each other: the provider as `how` says."""
        self.begin()
        self.peer.settle(self.described(), **how)
        self.enter(self.peer.metadata())


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PySaml]:
    with py_saml(tmp_path_factory.mktemp("pysaml2")) as found:
        yield found


@pytest.fixture(scope="module")
def where() -> Iterator[Address]:
    with address() as found:
        yield found


@pytest.fixture
def scene(peer: PySaml, where: Address) -> Iterator[Scene]:
    with ExitStack() as stack:
        yield Scene(where.gateway(), stack, peer)


@pytest.mark.parametrize("name_id", [EMAIL, PERSISTENT, TRANSIENT])
def test_s3_08_it_reads_what_we_ask_and_we_believe_its_answer(
    scene: Scene, name_id: str
) -> None:
    scene.meet(name_id=name_id, **BOTH)
    visitor = scene.visitor()

    page = visitor.followed(visitor.get(scene.start("/reach")))
    answer = brought(visitor, page)

    assert (answer.status_code, answer.headers["location"]) == (303, "/reach")
    assert scene.who(visitor) == PERSON
    assert scene.ours.records() == [DONE]


@pytest.mark.parametrize(
    ("strength", "how"),
    [
        pytest.param("SHA-256", ASSERTION, id="assertion"),
        pytest.param("SHA-256", RESPONSE, id="response"),
        pytest.param("SHA-256", BOTH, id="both"),
        pytest.param("SHA-384", BOTH, id="SHA-384"),
        pytest.param("SHA-512", BOTH, id="SHA-512"),
    ],
)
def test_s3_18_what_it_signs_counts_whatever_part_of_it_and_however_strongly(
    scene: Scene, strength: str, how: dict[str, bool]
) -> None:
    scene.meet(strength=strength, **how)
    visitor = scene.visitor()

    answer = brought(visitor, visitor.get(scene.peer.tile("/reach")))

    assert answer.headers["location"] == "/reach"
    assert scene.who(visitor) == PERSON


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        pytest.param({**BOTH, "strength": "SHA-1"}, "saml-algorithm", id="SHA-1"),
        pytest.param(
            {**BOTH, "digest_alg": "http://www.w3.org/2000/09/xmldsig#sha1"},
            "saml-algorithm",
            id="SHA-1 as digest",
        ),
        pytest.param(
            {"sign_assertion": False, "sign_response": False}, "saml-unsigned", id="unsigned"
        ),
        pytest.param({"fails": True}, "saml-status", id="it says that nobody signed in"),
        pytest.param(
            {**BOTH, "issuer": "urn:peer:another"}, "saml-provider", id="other issuer"
        ),
        pytest.param(
            {**BOTH, "attributes": stated(username=[PERSON, "user-lob-b"])},
            "saml-attribute",
            id="two names",
        ),
    ],
)
def test_s3_18_a_provider_that_is_set_up_wrongly_signs_nobody_in(
    scene: Scene, how: dict[str, Any], reason: str
) -> None:
    scene.meet(**how)
    visitor = scene.visitor()

    answer = brought(visitor, visitor.get(scene.peer.tile()))

    assert answer.status_code in {400, 401}
    assert scene.who(visitor) is None
    assert scene.ours.records() == [refused(reason)]


def test_s3_18_the_same_form_is_good_once(scene: Scene) -> None:
    scene.meet(**ASSERTION)
    visitor, thief = scene.visitor(), scene.visitor()
    page = visitor.get(scene.peer.tile())

    first, second = brought(visitor, page), brought(thief, page)

    assert (first.status_code, second.status_code) == (303, 401)
    assert scene.who(thief) is None
    assert scene.ours.records() == [DONE, refused("saml-repeated")]


def test_it_posts_where_our_metadata_says(scene: Scene) -> None:
    scene.meet(**ASSERTION)
    visitor = scene.visitor()

    asked = handed(visitor.followed(visitor.get(scene.start())))
    unasked = handed(visitor.get(scene.peer.tile()))

    assert {asked[0], unasked[0]} == {f"{scene.ours.url}/saml"}


def test_its_metadata_says_who_it_is_where_to_sign_in_and_with_what_it_signs(
    scene: Scene,
) -> None:
    scene.meet()

    found = read(scene.peer.metadata())

    assert found.entity_id == ENTITY
    assert found.sso_redirect is not None
    assert found.sso_redirect.endswith("/sso")
    assert found.prints == {fingerprint(certificate("idp", 2048))}
