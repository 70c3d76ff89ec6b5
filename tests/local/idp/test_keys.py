import pytest
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from moto.utilities.utils import load_resource

from studiogate.local.idp.keys import SigningKeys
from tests.kit.idp import StandingClock, header, verified

CLAIMS = {"sub": "ada"}


def test_access_and_identity_tokens_are_signed_by_two_published_keys() -> None:
    keys = SigningKeys(StandingClock())

    tokens = [keys.sign(CLAIMS, "id"), keys.sign(CLAIMS, "access")]

    published = keys.published()["keys"]
    assert [header(token)["kid"] for token in tokens] == [key["kid"] for key in published]
    assert [header(token).keys() for token in tokens] == [{"kid", "alg"}] * 2
    assert [verified(token, KeySet.import_key_set(keys.published())) for token in tokens]


def test_nothing_private_is_published() -> None:
    keys = SigningKeys(StandingClock())
    keys.rotate()

    for key in keys.published()["keys"]:
        assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}


def test_a_replaced_key_verifies_until_its_last_token_has_expired() -> None:
    clock = StandingClock()
    keys = SigningKeys(clock)
    old = keys.sign(CLAIMS, "access")
    keys.rotate()

    clock.wait(hours=23)
    assert verified(old, KeySet.import_key_set(keys.published())) == CLAIMS
    assert header(keys.sign(CLAIMS, "access"))["kid"] != header(old)["kid"]
    clock.wait(hours=1)
    assert len(keys.published()["keys"]) == 2
    with pytest.raises((JoseError, ValueError)):
        verified(old, KeySet.import_key_set(keys.published()))


def test_the_librarys_public_signing_key_opens_nothing() -> None:
    known_to_all = RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))
    keys = SigningKeys(StandingClock())
    kid = keys.published()["keys"][1]["kid"]

    forged = jws.serialize_compact({"kid": kid, "alg": "RS256"}, b"{}", known_to_all)

    with pytest.raises(JoseError):
        verified(forged, KeySet.import_key_set(keys.published()))
