"""Published JOSE vectors: nothing invalid is believed, and what is valid and ours is.

`tests/kit/corpora/jose` holds a selection of Project Wycheproof and the examples of the RFCs.
"""

from collections.abc import Sequence

import pytest

from studiogate.gateway.providers import ALGORITHMS, IdpSettings
from tests.kit.jwt_attacks_vectors import Vector, believed, rfc, verified, wycheproof

SIGNATURES, KEYS, EXAMPLES = wycheproof("json_web_signature"), wycheproof("json_web_key"), rfc()
EVERY = (*SIGNATURES, *KEYS, *EXAMPLES)
USUAL = IdpSettings("x", "https://idp.example", "x").algorithms

QUIRKS = {
    "7 rejectsKeyWithRocaVulnerability": "a modulus whose factors a broken chip chose (ROCA); "
    "nothing in the key says so, and finding it out is its issuer's business",
}
"""Invalid to whoever published them, and accepted here, each with the reason."""

NOT_OURS = {
    "372 InvalidCharacterInsertedInHeader": "`?` is in no base64url, whatever the label says",
    "373 InvalidCharacterInsertedInPayload": "the same",
}
"""Valid to whoever published them, of an algorithm we speak or not, and refused here."""


def ids(vectors: Sequence[Vector]) -> list[str]:
    return [vector.id for vector in vectors]


def of_ours(vectors: Sequence[Vector], allowed: Sequence[str]) -> list[Vector]:
    return [one for one in vectors if one.is_valid and one.header.get("alg") in allowed]


@pytest.mark.parametrize(
    "allowed", [USUAL, ALGORITHMS], ids=["RS256 and ES256", "all we speak"]
)
def test_no_invalid_vector_is_verified_but_for_named_quirks(allowed: Sequence[str]) -> None:
    wrong = [one.id for one in EVERY if not one.is_valid and verified(one, allowed)]

    assert wrong == list(QUIRKS)


def test_no_vector_that_is_invalid_is_taken_for_a_token() -> None:
    assert [one.id for one in EVERY if not one.is_valid and believed(one)] == []


@pytest.mark.parametrize(
    ("allowed", "found"), [(USUAL, 7), (ALGORITHMS, 9)], ids=["RS256 and ES256", "all we speak"]
)
def test_every_valid_vector_of_an_algorithm_we_speak_is_verified(
    allowed: Sequence[str], found: int
) -> None:
    expected = of_ours(EVERY, allowed)

    assert len(expected) == found
    assert ids([one for one in expected if not verified(one, allowed)]) == []


def test_no_valid_vector_of_another_algorithm_is_verified() -> None:
    others = [one for one in EVERY if one.is_valid and one.header.get("alg") not in ALGORITHMS]

    assert {one.header.get("alg") for one in others} == {"HS256", "ES512", None}
    assert ids([one for one in others if verified(one)]) == []
    assert set(NOT_OURS) <= {one.id for one in others} | {one.id for one in EVERY}
    assert not any(verified(one) for one in EVERY if one.id in NOT_OURS)


@pytest.mark.parametrize("vector", of_ours(EVERY, ALGORITHMS), ids=lambda one: one.id)
def test_a_valid_vector_whose_signature_is_touched_is_not(vector: Vector) -> None:
    head, _, signature = vector.jws.rpartition(".")
    place = len(signature) // 2
    other = "A" if signature[place] != "A" else "B"
    touched = f"{head}.{signature[:place]}{other}{signature[place + 1 :]}"

    assert verified(vector)
    assert not verified(Vector(vector.id, touched, vector.keys, is_valid=False))


@pytest.mark.parametrize("vector", of_ours(EVERY, ALGORITHMS), ids=lambda one: one.id)
def test_a_valid_vector_is_no_token_without_claims_and_a_key_id(vector: Vector) -> None:
    """What they sign is text, or names no key: neither is ever a token here."""
    assert not believed(vector)


def test_the_selection_is_whole() -> None:
    invalid = [one for one in EVERY if not one.is_valid]

    assert (len(SIGNATURES), len(KEYS), len(EXAMPLES)) == (98, 17, 10)
    assert (len(invalid), len({one.jws for one in invalid})) >= (90, 60)
