"""Key sets: which keys are let in, and that a bad one keeps no good one out."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studiogate.gateway.providers import ALGORITHMS
from studiogate.gateway.signin.jwks import NoKeys, admitted
from tests.kit.signin_idp import SigningKey, b64, ec_key, key_for, rsa_key

# A busy machine is no failure.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
GOOD = rsa_key("good")
RSA, EC = rsa_key("key-1"), ec_key("key-2")
SMALL = rsa_key("key-1", 1024)


def document(*keys: Any, **members: Any) -> bytes:
    return json.dumps({"keys": list(keys), **members}).encode()


def on_curve(curve: ec.EllipticCurve, name: str) -> dict[str, Any]:
    """A real key on a curve we do not use."""
    numbers = ec.generate_private_key(curve).public_key().public_numbers()
    size = -(-curve.key_size // 8)
    place = {"x": b64(numbers.x.to_bytes(size)), "y": b64(numbers.y.to_bytes(size))}
    return {"kid": "key-1", "kty": "EC", "crv": name, **place}


@pytest.mark.parametrize(
    "jwk",
    [
        pytest.param(RSA.jwk(), id="RSA"),
        pytest.param(EC.jwk(), id="P-256"),
        pytest.param(RSA.jwk(use=None), id="no use"),
        pytest.param(RSA.jwk(alg=None), id="no alg"),
        pytest.param(RSA.jwk(key_ops=["verify"]), id="to verify"),
        pytest.param(RSA.jwk(x5c=["not a certificate"], x5t="x"), id="with certificates"),
    ],
)
def test_a_good_key_is_let_in(jwk: dict[str, Any]) -> None:
    assert set(admitted(document(jwk))) == {jwk["kid"]}


@pytest.mark.parametrize(
    "jwk",
    [
        pytest.param({"kid": "s", "kty": "oct", "k": b64(b"s" * 32)}, id="symmetric"),
        pytest.param({"kid": "s", "kty": "oct", "alg": "RS256", "k": "YQ"}, id="disguised"),
        pytest.param({"kid": "o", "kty": "OKP", "crv": "Ed25519", "x": "YQ"}, id="Ed25519"),
        pytest.param(SMALL.jwk(), id="RSA of 1024 bits"),
        pytest.param(RSA.jwk(n=b64(b"\xff" * 1025)), id="RSA of 8200 bits"),
        pytest.param(RSA.jwk(e="Aw"), id="exponent 3"),
        pytest.param(RSA.jwk(e="AQ"), id="exponent 1"),
        pytest.param(RSA.jwk(e=b64((65538).to_bytes(3))), id="even exponent"),
        pytest.param(RSA.jwk(n=None), id="no modulus"),
        pytest.param(RSA.jwk(n=7), id="modulus as a number"),
        pytest.param(RSA.jwk(n=RSA.jwk()["n"] + "="), id="padded modulus"),
        pytest.param(RSA.jwk(use="enc"), id="to encrypt"),
        pytest.param(RSA.jwk(use=["sig"]), id="use as a list"),
        pytest.param(RSA.jwk(key_ops=["encrypt"]), id="not to verify"),
        pytest.param(RSA.jwk(key_ops="verify"), id="key_ops as text"),
        pytest.param(RSA.jwk(alg="RS512"), id="for RS512"),
        pytest.param(RSA.jwk(alg="RSA-OAEP"), id="for encryption"),
        pytest.param(RSA.jwk(alg="HS256"), id="RSA for HS256"),
        pytest.param(RSA.jwk(alg="ES256"), id="RSA for ES256"),
        pytest.param(RSA.jwk(kty="EC"), id="RSA called EC"),
        pytest.param(RSA.jwk(kty=None), id="no kty"),
        pytest.param(RSA.jwk(kid=None), id="no kid"),
        pytest.param(RSA.jwk(kid=""), id="empty kid"),
        pytest.param(RSA.jwk(kid=["good"]), id="kid as a list"),
        pytest.param(RSA.jwk(kid="k" * 257), id="endless kid"),
        pytest.param(RSA.jwk(d="AQAB"), id="its private half"),
        pytest.param(EC.jwk(x=EC.jwk()["y"]), id="a point off the curve"),
        pytest.param(EC.jwk(x=b64(b"\0" * 32), y=b64(b"\0" * 32)), id="the point zero"),
        pytest.param(EC.jwk(x=b64(b"\0" + b"\1" * 32)), id="a coordinate too long"),
        pytest.param(EC.jwk(crv="P-384"), id="P-256 called P-384"),
        pytest.param(EC.jwk(crv="secp256k1"), id="another curve"),
        pytest.param(on_curve(ec.SECP384R1(), "P-384"), id="a real P-384"),
        pytest.param(on_curve(ec.SECP256K1(), "secp256k1"), id="a real secp256k1"),
        pytest.param("key", id="a text"),
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
    ],
)
def test_a_bad_key_is_left_out_and_the_good_one_beside_it_stays(jwk: Any) -> None:
    assert set(admitted(document(jwk, GOOD.jwk()))) == {"good"}
    assert set(admitted(document(GOOD.jwk(), jwk))) == {"good"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_let_in_for_the_one_algorithm_it_names_and_that_is_allowed(
    algorithm: str,
) -> None:
    jwk = key_for(algorithm).jwk()
    others = tuple(one for one in ALGORITHMS if one != algorithm)

    assert admitted(document(jwk), ALGORITHMS)["key-1"].algorithm == algorithm
    assert set(admitted(document(jwk, GOOD.jwk()), ("RS256", algorithm))) == {"key-1", "good"}
    with pytest.raises(NoKeys):
        admitted(document(jwk), others)


@pytest.mark.parametrize(
    ("allowed", "algorithm"),
    [
        (("RS256", "PS256"), "RS256"),
        (("PS256", "RS256"), "PS256"),
        (("ES256", "PS512"), "PS512"),
    ],
)
def test_a_key_that_names_none_has_the_first_that_is_allowed_and_no_second(
    allowed: tuple[str, ...], algorithm: str
) -> None:
    found = admitted(document(RSA.jwk(alg=None)), allowed)

    assert found["key-1"].algorithm == algorithm


ED25519_PRIME = 2**255 - 19
TORSION = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


def of_ed25519(raw: bytes) -> dict[str, Any]:
    return {"kid": "key-1", "kty": "OKP", "crv": "Ed25519", "x": b64(raw)}


@pytest.mark.parametrize(
    "jwk",
    [
        *[
            pytest.param(of_ed25519((y + sign).to_bytes(32, "little")), id=f"{name}, {side}")
            for name, y in (
                ("zero", 0),
                ("one", 1),
                ("minus one", ED25519_PRIME - 1),
                ("order 8", int.from_bytes(TORSION, "little")),
                ("order 8, negated", ED25519_PRIME - int.from_bytes(TORSION, "little")),
                ("the prime", ED25519_PRIME),
                ("one more", ED25519_PRIME + 1),
                ("twelve more", ED25519_PRIME + 12),
            )
            for side, sign in (("even", 0), ("odd", 2**255))
        ],
        pytest.param(of_ed25519(b"\x05" * 31), id="too short"),
        pytest.param(of_ed25519(b"\x05" * 33), id="too long"),
        pytest.param({**of_ed25519(b"\x05" * 32), "crv": "Ed448"}, id="called Ed448"),
        pytest.param({**of_ed25519(b"\x05" * 32), "crv": "X25519"}, id="to agree on keys"),
        pytest.param({**of_ed25519(b"\x05" * 32), "alg": "ES256"}, id="for ES256"),
        pytest.param({**of_ed25519(b"\x05" * 32), "alg": None}, id="for nothing"),
        pytest.param({**of_ed25519(b"\x05" * 32), "d": "AQAB"}, id="its private half"),
        pytest.param(key_for("ES384").jwk(crv="P-256"), id="P-384 called P-256"),
        pytest.param(key_for("ES256").jwk(crv="P-384"), id="P-256 called P-384"),
        pytest.param(key_for("ES256").jwk(alg="ES384"), id="P-256 for ES384"),
        pytest.param(on_curve(ec.SECP521R1(), "P-521"), id="P-521"),
        pytest.param(RSA.jwk(alg="EdDSA"), id="RSA for EdDSA"),
        pytest.param(SMALL.jwk(alg="PS256"), id="RSA of 1024 bits for PS256"),
    ],
)
def test_whatever_is_allowed_a_bad_key_is_left_out(jwk: dict[str, Any]) -> None:
    assert set(admitted(document(jwk, GOOD.jwk()), ALGORITHMS)) == {"good"}


def test_two_keys_of_one_id_are_both_left_out() -> None:
    other = rsa_key("key-1", 3072)

    assert set(admitted(document(RSA.jwk(), other.jwk(), GOOD.jwk()))) == {"good"}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"keys": null}',
        b'{"keys": {}}',
        b'{"keys": []}',
        b"\xff",
        b'{"keys": ' + b"[" * 3000,
        b'{"keys": [], "keys": []}',
        document(SMALL.jwk()),
        document(RSA.jwk(), RSA.jwk()),
        document(*[rsa_key("key-1").jwk(kid=f"k{n}") for n in range(65)]),
    ],
)
def test_a_set_with_nothing_to_use_is_none(text: bytes) -> None:
    with pytest.raises(NoKeys):
        admitted(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
MEMBERS = st.sampled_from(
    ["kid", "kty", "alg", "use", "key_ops", "n", "e", "crv", "x", "y", "d"]
)


@PATIENT
@given(st.lists(st.tuples(MEMBERS, JSON), min_size=1, max_size=3), st.sampled_from([RSA, EC]))
def test_whatever_is_changed_in_a_key_its_neighbour_stays(
    changes: list[tuple[str, Any]], key: SigningKey
) -> None:
    spoilt = {**key.jwk(), **dict(changes)}
    try:
        text = json.dumps({"keys": [spoilt, GOOD.jwk()]}, allow_nan=False).encode()
    except ValueError:
        return

    if spoilt["kid"] != "good":
        assert "good" in admitted(text)


@PATIENT
@given(st.binary(max_size=200))
def test_noise_is_never_a_key_set_and_never_breaks(noise: bytes) -> None:
    with pytest.raises(NoKeys):
        admitted(noise)


def test_the_key_kept_is_the_public_one() -> None:
    found = admitted(document(RSA.jwk()))["key-1"]

    assert isinstance(found.key.raw_value, rsa.RSAPublicKey)
    assert not found.key.is_private
    assert RSA.jwk()["n"] not in repr(found)
